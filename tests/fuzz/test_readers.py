"""A short hunt in every reader, and that a hunt finds what there is to find."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

from degrade.errors import DegradeError
from tests.fuzz.hunt import Hunt, in_child
from tests.fuzz.reader import Reader, emptied
from tests.fuzz.readers import READERS

FEW = 12
"""Inputs for each reader: `make fuzz` tries them by the ten thousand."""
REFUSED = {"model.pt"} | ({"picture.heic"} if find_spec("pillow_heif") is None else set())
"""Readers whose sound files are refused: as code, and without an extra."""


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
def test_damage_is_answered_as_is_said(reader: Reader, tmp_path: Path) -> None:
    hunt = Hunt(reader, tmp_path)
    hunt.rounds(0, most=FEW)
    assert hunt.tried >= FEW
    assert list(hunt.findings.values()) == []


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
def test_the_files_that_damage_begins_with_are_sound(reader: Reader, tmp_path: Path) -> None:
    taken = [_taken(reader, tmp_path, data) for data in reader.seeds()]
    assert any(taken) != (reader.name in REFUSED)


def _taken(reader: Reader, folder: Path, data: bytes) -> bool:
    try:
        reader.read(emptied(folder / "in"), data)
    except reader.faults:
        return False
    return True


def _keyed(folder: Path, data: bytes) -> None:
    if b"1e999" in data:
        raise KeyError("1e999")
    raise DegradeError("as it says")


def _changed(folder: Path, data: bytes) -> None:
    if b"b: 2" not in data:
        raise KeyError("changed")


def _running(folder: Path, data: bytes) -> None:
    (folder / "code-has-run").touch()


@pytest.mark.parametrize(
    ("read", "what"), [(_keyed, "KeyError: '1e999'"), (_running, "its code has run")]
)
def test_a_hunt_finds(read: Callable[[Path, bytes], object], what: str, tmp_path: Path) -> None:
    hunt = Hunt(Reader("planted", lambda: [b"a: 1\nb: 2\n"], read, ()), tmp_path)
    hunt.rounds(0, most=1 if read is _running else 300)
    [finding] = hunt.findings.values()
    assert finding.what == what
    assert read is _running or b"1e999" in finding.data


def test_a_reader_that_takes_its_process_along_is_found(tmp_path: Path) -> None:
    def abort(folder: Path, data: bytes) -> None:
        import os

        os.abort()

    [finding] = in_child(Reader("planted", lambda: [b"sound"], abort), tmp_path / "hunt", 0, 0)
    assert finding.what == "its process ended with -6"
    assert finding.data


def test_a_guided_hunt_finds_too(tmp_path: Path) -> None:
    pytest.importorskip("atheris")
    from tests.fuzz.guided import guided

    reader = Reader("planted", lambda: [b"a: 1\nb: 2\n"], _changed)
    [finding] = guided(reader, tmp_path / "hunt", 3, 0)
    assert finding.what == "KeyError: 'changed'"
    assert int((tmp_path / "hunt" / "tried").read_text()) > 20


def test_without_its_engine_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from tests.fuzz.__main__ import main

    monkeypatch.setitem(sys.modules, "atheris", None)
    monkeypatch.setattr(sys, "argv", ["fuzz", "--guided", "trust"])
    with pytest.raises(SystemExit, match="2"):
        main()
    assert "pip install -c constraints.txt -e '.[fuzz]'" in capsys.readouterr().err
