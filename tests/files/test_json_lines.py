"""JSON lines: what is written is read, whatever the text holds, and a cut line is none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realsr.files.json_lines import json_line, read_json_lines, whole_value
from realsr.images.failures import Failure, read_failures, write_failures

BREAKS = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
"""Every character at which `str.splitlines` ends a line."""

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.text(BREAKS)
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(st.lists(values), st.booleans())
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, items: list[Any], spaced: bool
) -> None:
    path = tmp_path_factory.mktemp("lines") / "x.jsonl"
    lines = [json_line(item, spaced=spaced) for item in items]
    path.write_bytes(b"".join(lines))
    assert list(read_json_lines(path)) == items
    assert all(line.count(b"\n") == 1 for line in lines)
    assert [whole_value(line) for line in lines] == items


@given(values)
def test_a_cut_line_is_none(value: Any) -> None:
    line = json_line({"value": value})
    assert all(whole_value(line[:length]) is None for length in range(len(line)))


def test_a_name_that_is_no_text_has_its_escape() -> None:
    assert json_line("bad\udcff") == b'"bad\\udcff"\n'
    assert json.loads(json_line("bad\udcff")) == "bad\udcff"


@pytest.mark.parametrize("character", BREAKS)
def test_failures_of_odd_names_are_not_lost(tmp_path: Path, character: str) -> None:
    failures = [
        Failure(f"a{character}b", "b.png", "name", f"its key {character!r}"),
        Failure("c", "c", "k", "r"),
    ]
    write_failures(tmp_path / "failures.jsonl", failures)
    assert read_failures(tmp_path / "failures.jsonl") == failures
