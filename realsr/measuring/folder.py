"""The folder of `--out`: records as they come, what is kept for going on, one process at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Generic, TypeVar

from realsr.files.errors import RequestError
from realsr.files.json_lines import json_line
from realsr.files.locks import LOCK, held
from realsr.files.whole import TEMPORARY, drop_leftovers, make_directory, replacing
from realsr.measuring.kept import NAME, Form, KeptResults

T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class MeasuredFolder(Generic[T]):
    """path: of the folder. kept: what is known already. lines: the file of records, there at the end."""

    path: Path
    kept: KeptResults[T]
    lines: BinaryIO

    def write(self, record: Mapping[str, Any]) -> None:
        """A record's line, behind those before it."""
        self.lines.write(json_line(record))


@contextmanager
def measured_folder(
    path: Path, lines: str, asked: Mapping[str, Any], form: Form[T]
) -> Iterator[MeasuredFolder[T]]:
    """A new folder, or one of an earlier call, which is gone on with. lines: the name of the file of records.

    Raises RequestError where something else is in it or other things were asked, FolderBusyError, StorageError.
    """
    _refuse_others(path)
    make_directory(path)
    with held(path, f"another process measures into {path}; wait for it, or name another folder"):
        drop_leftovers(path)
        kept = KeptResults(path / NAME, asked, form)
        with closing(kept), replacing(path / lines) as file:
            yield MeasuredFolder(path, kept, file)


def _refuse_others(path: Path) -> None:
    if not path.exists():
        return
    names = {entry.name for entry in path.iterdir()} if path.is_dir() else {path.name}
    others = {name for name in names if name != LOCK and not name.startswith(TEMPORARY)}
    if others and NAME not in others:
        raise RequestError(f"--out {path} is there and not empty; name a new folder")
