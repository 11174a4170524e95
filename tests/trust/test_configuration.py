"""What a person allows for good, in a file of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from realsr.cli import trusted
from realsr.files.errors import RequestError


def test_what_is_said_typed_and_written_adds_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "trust.yaml"
    monkeypatch.setattr(trusted, "configuration", lambda: own)
    assert trusted.trusted().names == set()
    own.write_text("trust: [always]\n")
    found = trusted.trusted(
        ["said"], ["a.b:function", "name=other:f", "model.pt", "C:\\models\\x.pt"]
    )
    assert found.names == {"always", "said", "a.b", "other"}


@pytest.mark.parametrize("text", ["trust: 1", "trusted: [a]", "- a", "trust: [[a]]"])
def test_a_list_that_is_none_is_refused_by_file_and_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "trust.yaml").write_text(text)
    with pytest.raises(RequestError, match=r"trust\.yaml"):
        trusted.configured(tmp_path / "trust.yaml")
