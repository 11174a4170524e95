"""Two runs as one: of other models, other sets or other metrics, on the same pixels."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from degrade.foreign import open_foreign
from realsr.files.faults import all_of
from realsr.files.whole import make_directory, replacing
from realsr.robustness.after.remade import told_difference
from realsr.robustness.errors import StudyError
from realsr.robustness.results.record import (
    Cell,
    Record,
    RecordedFile,
    RecordedMetric,
    RecordedModel,
    RecordedPicture,
    RecordedSet,
    Timing,
)
from realsr.robustness.results.store import (
    Results,
    RunFolder,
    claimed_run,
    read_results,
    write_results,
)
from realsr.robustness.running.cache import Cache
from realsr.robustness.running.pictures import read_index, write_index
from realsr.robustness.running.record import relative
from realsr.robustness.study.line_choice import LineChoice

_DECISIVE = {
    "model": ("digest", "scale"),
    "set": ("digest",),
    "metric": ("version", "convention"),
}
_COPIED = ("sets", "images")


def merge(first: Path, second: Path, out: Path) -> Results:
    """`out` as if one run had made both. Raises StudyError where the two contradict each other.

    Equal names must mean equal things: models of one digest, sets of the same pixels, metrics of one version
    and convention, and numbers that agree. A run that was given no lines takes those of the other.
    """
    runs = all_of(read_results, (first, second))
    one, other = (replace(each, record=_moved(each, out)) for each in runs)
    record = one.record.model_copy(
        update={
            "models": _joined(one, other, "model", one.record.models, other.record.models),
            "sets": _joined(one, other, "set", one.record.sets, other.record.sets),
            "metrics": _joined(one, other, "metric", one.record.metrics, other.record.metrics),
            "lines": _lines(one, other),
            "notes": tuple(dict.fromkeys((*one.record.notes, *other.record.notes))),
            "started": min(one.record.started, other.record.started),
            "finished": max(one.record.finished, other.record.finished),
            "timing": _added(one.record.timing, other.record.timing),
            "rows": tuple(dict.fromkeys((*one.record.rows, *other.record.rows))),
        }
    )
    cells = _joined_cells(one, other)
    with claimed_run(out) as folder:
        for root in (first, second):
            _copy(root, folder)
        write_index(folder, read_index(RunFolder(second)) | read_index(RunFolder(first)))
        return write_results(folder, record, cells)


def _moved(results: Results, out: Path) -> Record:
    """The record with paths that count from `out`; what lies in the run's own folder is copied along."""

    def moved(path: str) -> str:
        return path if path.startswith("sets/") else relative(results.root / path, out)

    def moved_model(model: RecordedModel) -> RecordedModel:
        there = (results.root / model.path).is_file()
        return model.model_copy(update={"path": moved(model.path)}) if there else model

    def moved_file(file: RecordedFile) -> RecordedFile:
        return file.model_copy(update={"file": moved(file.file)})

    def moved_picture(image: RecordedPicture) -> RecordedPicture:
        hr = None if image.hr is None else moved_file(image.hr)
        return image.model_copy(update={"lr": moved_file(image.lr), "hr": hr})

    def moved_set(test: RecordedSet) -> RecordedSet:
        images = tuple(map(moved_picture, test.images))
        return test.model_copy(update={"folder": moved(test.folder), "images": images})

    record = results.record
    return record.model_copy(
        update={
            "models": tuple(map(moved_model, record.models)),
            "sets": tuple(map(moved_set, record.sets)),
        }
    )


_Entry = TypeVar("_Entry", RecordedModel, RecordedSet, RecordedMetric)


def _joined(
    one: Results, other: Results, kind: str, ours: Sequence[_Entry], theirs: Sequence[_Entry]
) -> tuple[_Entry, ...]:
    """The first's entries, then those that only the second has."""
    entries = {entry.name: entry for entry in ours}
    for entry in theirs:
        known = entries.setdefault(entry.name, entry)
        if any(getattr(known, field) != getattr(entry, field) for field in _DECISIVE[kind]):
            raise StudyError(_conflict(one, other, kind, entry.name))
    return tuple(entries.values())


def _conflict(one: Results, other: Results, kind: str, name: str) -> str:
    text = f"{one.root} and {other.root} differ in {kind} {name!r}"
    if kind == "set":
        told = told_difference(read_results(one.root), read_results(other.root), name)
        return f"{text}: {told}; take the set of one run for both"
    fields = " or ".join(_DECISIVE[kind])
    return f"{text}: not the same {fields}; rename one of the two or run it again"


def _lines(one: Results, other: Results) -> LineChoice:
    """The lines of both, or of the one that was given any: a half may lack the model that the other's name."""
    unsaid = LineChoice()
    first, second = (run.record.lines for run in (one, other))
    if unsaid not in (first, second) and first != second:
        told = "; ".join(
            f"{run.root}: {lines.words()}" for run, lines in ((one, first), (other, second))
        )
        raise StudyError(
            f"the two runs are judged by different lines ({told}); run one of them again with the other's "
            "`lines`, for which no model is asked again"
        )
    return second if first == unsaid else first


def _joined_cells(one: Results, other: Results) -> list[Cell]:
    cells = one.by_key()
    for key, cell in other.by_key().items():
        cells[key] = _joined_cell(cells[key], cell) if key in cells else cell
    return list(cells.values())


def _joined_cell(one: Cell, other: Cell) -> Cell:
    """Numbers of both; where one run failed and the other did not, the one that did not."""
    if (one.failed is None) != (other.failed is None):
        return one if one.failed is None else other
    for name in one.scores.keys() & other.scores.keys():
        pair = one.scores[name], other.scores[name]
        if None not in pair and pair[0] != pair[1]:
            raise StudyError(
                f"{'/'.join(map(str, one.key))}: {name} is {pair[0]} in one run and {pair[1]} in the "
                "other; run one of them again on the other's machine"
            )
    scores = _preferred(one.scores, other.scores)
    reasons = {**other.not_computed, **one.not_computed}
    missing = {name: reasons[name] for name, value in scores.items() if value is None}
    return one.model_copy(update={"scores": scores, "not_computed": missing})


def _preferred(
    one: Mapping[str, float | None], other: Mapping[str, float | None]
) -> dict[str, float | None]:
    names = list(dict.fromkeys([*one, *other]))
    return {name: one[name] if one.get(name) is not None else other.get(name) for name in names}


def _added(one: Timing, other: Timing) -> Timing:
    both = zip(one.to_data().items(), other.to_data().values(), strict=True)
    return Timing(**{name: round(mine + more, 3) for (name, mine), more in both})


def _copy(root: Path, folder: RunFolder) -> None:
    if Path(os.path.realpath(root)) == Path(os.path.realpath(folder.root)):
        raise StudyError(f"--out {root} is one of the two runs; give another directory")
    for part in _COPIED:
        _copy_files(root / part, folder.root / part)
    Cache(folder.cache).adopt(Cache(RunFolder(root).cache))


def _copy_files(part: Path, target: Path) -> None:
    """Every file of a part of a run; nothing through a link that leads out of it, and no pipe or device."""
    for place, _, names in os.walk(part):
        to = target / Path(place).relative_to(part)
        make_directory(to)
        for name in names:
            with open_foreign(Path(place, name), inside=part) as file, replacing(to / name) as out:
                shutil.copyfileobj(file, out)
