"""No file is opened that no hunt goes through, and each hunt goes where it is said to."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from types import FrameType

import pytest

from tests.fuzz.entrances import HUNTED, NOT_HUNTED, entrances
from tests.fuzz.reader import Reader, emptied
from tests.fuzz.readers import READERS
from tests.fuzz.seeds import ROOT


def test_every_module_that_opens_files_is_hunted_or_says_why_not() -> None:
    assert HUNTED.keys() & NOT_HUNTED.keys() == set()
    assert sorted(entrances()) == sorted(HUNTED.keys() | NOT_HUNTED.keys())


def entered(reader: Reader, folder: Path, wanted: set[str]) -> set[str]:
    """The files of those wanted whose functions run while a reader reads what is sound."""
    found: set[str] = set()

    def note(frame: FrameType, event: str, argument: object) -> None:
        if frame.f_code.co_name != "<module>":
            found.add(frame.f_code.co_filename)

    for data in reader.seeds():
        sys.settrace(note)
        try:
            with suppress(*reader.faults):
                reader.read(emptied(folder / "in"), data)
        finally:
            sys.settrace(None)
        if wanted <= found:
            break
    return wanted & found


TOLD = sorted({name for names in HUNTED.values() for name in names})


@pytest.mark.parametrize("name", TOLD)
def test_a_hunt_goes_through_what_it_is_told_for(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    [reader] = [reader for reader in READERS if reader.name == name]
    wanted = {str(ROOT / module) for module, names in HUNTED.items() if name in names}
    assert entered(reader, tmp_path, wanted) == wanted
