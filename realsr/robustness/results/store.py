"""A run's folder: `record.json`, what was run, and `cells.jsonl`, one line a model, set and picture."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from realsr.files.locks import LOCK, held
from realsr.files.whole import make_directory, write_whole
from realsr.robustness.errors import StudyError

VERSION = 1

Row = dict[str, Any]
CellKey = tuple[str, str, str, int]


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
    record: Row
    cells: tuple[Row, ...]

    def models(self) -> list[str]:
        return [model["name"] for model in self.record["models"]]

    def metric(self, name: str) -> Row:
        """A metric's line. Raises StudyError if the run has none of this name."""
        for metric in self.record["metrics"]:
            if metric["name"] == name:
                found: Row = metric
                return found
        known = ", ".join(metric["name"] for metric in self.record["metrics"])
        raise StudyError(f"{self.root} has no metric {name!r}; it has {known}")

    def by_key(self) -> dict[CellKey, Row]:
        return {cell_key(cell): cell for cell in self.cells}


def cell_key(cell: Mapping[str, Any]) -> CellKey:
    """What tells cells apart: model, set, image, variant."""
    return cell["model"], cell["set"], cell["image"], cell["variant"]


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


def write_results(folder: RunFolder, record: Row, cells: Sequence[Row]) -> Results:
    """Both files, each whole or not at all, cells first. Raises StorageError."""
    lines = [_line(cell) for cell in sorted(cells, key=_place(record))]
    write_whole(folder.cells, "".join(f"{line}\n" for line in lines).encode())
    text = json.dumps(record, ensure_ascii=False, allow_nan=False, indent=1)
    write_whole(folder.record, text.encode() + b"\n")
    return read_results(folder.root)


def read_results(root: Path) -> Results:
    """The run in `root`. Raises StudyError where there is none, or one of another version."""
    folder = RunFolder(root)
    try:
        record = json.loads(folder.record.read_text(encoding="utf-8"))
        lines = folder.cells.read_text(encoding="utf-8").splitlines()
        cells = tuple(json.loads(line) for line in lines)
    except (OSError, ValueError) as error:
        raise StudyError(
            f"{root} holds no finished run ({error}); `realsr robustness run --out {root}` makes one"
        ) from error
    if record.get("version") != VERSION:
        raise StudyError(
            f"{folder.record} is of version {record.get('version')}; expected {VERSION}"
        )
    return Results(root, record, cells)


def _place(record: Row) -> Any:
    """Cells by model and set in the record's order, then by picture."""
    models = {model["name"]: place for place, model in enumerate(record["models"])}
    sets = {test["name"]: place for place, test in enumerate(record["sets"])}
    return lambda cell: (
        models[cell["model"]],
        sets[cell["set"]],
        cell["image"],
        cell["variant"],
    )


def _line(cell: Row) -> str:
    return json.dumps(cell, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
