"""A run's folder: `record.json`, what was run, and `cells.jsonl`, one line a model, set and picture."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from pydantic import ValidationError

from degrade.foreign import ForeignFileError, open_foreign, read_foreign
from degrade.reader.sentences import of_data
from realsr.files.json_lines import MOST_BYTES, parsed_object
from realsr.files.locks import LOCK, held
from realsr.files.whole import make_directory, write_whole
from realsr.robustness.errors import StudyError
from realsr.robustness.results.record import (
    VERSION,
    Cell,
    CellKey,
    Record,
    RecordedMetric,
    RecordedModel,
    RecordedSet,
    Written,
)
from realsr.rows import RowFile


@dataclass(frozen=True, slots=True)
class RunFolder:
    """Paths inside one run."""

    root: Path

    @property
    def record(self) -> Path:
        return self.root / "record.json"

    @property
    def cells(self) -> Path:
        return self.root / "cells.jsonl"

    @property
    def cache(self) -> Path:
        return self.root / "cache"

    @property
    def images(self) -> Path:
        return self.root / "images"

    def set(self, name: str) -> Path:
        return self.root / "sets" / name


@dataclass(frozen=True)
class Results:
    """A run as it stands on disk. cells: in the order of the file."""

    root: Path
    record: Record
    cells: tuple[Cell, ...]

    def models(self) -> list[str]:
        """Names, in the order of the record."""
        return [model.name for model in self.record.models]

    def model(self, name: str) -> RecordedModel:
        """Raises StudyError if the run has none of this name."""
        return _found(self.record.models, name, "model")

    def set(self, name: str) -> RecordedSet:
        """Raises StudyError if the run has none of this name."""
        return _found(self.record.sets, name, "set")

    def metric(self, name: str) -> RecordedMetric:
        """Raises StudyError if the run has none of this name."""
        return _found(self.record.metrics, name, "metric")

    def by_key(self) -> dict[CellKey, Cell]:
        """The cells by model, set, image and variant."""
        return {cell.key: cell for cell in self.cells}


class _Named(Protocol):
    @property
    def name(self) -> str: ...


_Entry = TypeVar("_Entry", bound=_Named)


def _found(entries: Sequence[_Entry], name: str, kind: str) -> _Entry:
    for entry in entries:
        if entry.name == name:
            return entry
    known = ", ".join(entry.name for entry in entries[:20]) or "none"
    raise StudyError(f"the run has no {kind} {name!r}; it has {known}")


@contextmanager
def claimed_run(root: Path) -> Iterator[RunFolder]:
    """The folder of a run, made if absent, held against other processes.

    Where the work ends by an exception before anything was written, nothing is left. Raises FolderBusyError.
    """
    made = [path for path in (root, *root.parents) if not path.exists()]
    make_directory(root)
    with held(root, f"another process works on {root}; wait for it or use another --out"):
        try:
            yield RunFolder(root)
        except BaseException:
            _leave_nothing(root, made)
            raise


def _leave_nothing(root: Path, made: Sequence[Path]) -> None:
    """Removes the lock, which is still held, and the directories made for it, if nothing else is there."""
    with suppress(OSError):
        if [entry.name for entry in root.iterdir()] == [LOCK]:
            (root / LOCK).unlink()
            for path in made:
                path.rmdir()


def write_results(folder: RunFolder, record: Record, cells: Sequence[Cell]) -> Results:
    """Both files, each whole or not at all, cells first. Raises StorageError."""
    lines = [_compact(cell) for cell in sorted(cells, key=_place(record))]
    write_whole(folder.cells, "".join(f"{line}\n" for line in lines).encode())
    text = json.dumps(record.to_data(), ensure_ascii=False, allow_nan=False, indent=1)
    write_whole(folder.record, text.encode() + b"\n")
    return read_results(folder.root)


def read_results(root: Path) -> Results:
    """The run in `root`. Raises StudyError where there is none, one of another version, or one that is not as
    written."""
    folder = RunFolder(root)
    record, lines = _texts(folder)
    cells = (
        _read(Cell, line, f"{folder.cells}, line {number}") for number, line in enumerate(lines, 1)
    )
    return Results(root, _read(Record, record, str(folder.record)), tuple(cells))


def _texts(folder: RunFolder) -> tuple[bytes, list[bytes]]:
    """The record's and the cells', of this version."""
    try:
        record = read_foreign(folder.record, most=MOST_BYTES)
        version = parsed_object(record).get("version")
        with open_foreign(folder.cells) as file:
            lines = file.readlines()  # in bytes, a line ends at "\n" alone
    except (ForeignFileError, OSError, ValueError) as error:
        raise StudyError(
            f"{folder.root} holds no finished run ({error}); `realsr robustness run --out {folder.root}` "
            "makes one"
        ) from error
    if version != VERSION:
        raise StudyError(f"{folder.record} is of version {version}; expected {VERSION}")
    return record, lines


def rows_of_run(folder: RunFolder) -> tuple[RowFile, ...]:
    """The files of rows that a run was made with; none where it has not ended or cannot be read."""
    try:
        return read_results(folder.root).record.rows
    except StudyError:
        return ()


_File = TypeVar("_File", bound=Written)


def _read(kind: type[_File], text: bytes, where: str) -> _File:
    try:
        return kind.model_validate_json(text)
    except ValidationError as error:
        raise StudyError(
            f"{where}: {'; '.join(of_data(error, kind))}; run the study again on this folder: only what is "
            "missing is computed"
        ) from error


def _place(record: Record) -> Callable[[Cell], tuple[int, int, str, int]]:
    """Cells by model and set in the record's order, then by picture."""
    models = {model.name: place for place, model in enumerate(record.models)}
    sets = {test.name: place for place, test in enumerate(record.sets)}
    return lambda cell: (models[cell.model], sets[cell.set], cell.image, cell.variant)


def _compact(cell: Cell) -> str:
    return json.dumps(cell.to_data(), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
