"""Two runs as one: of other models, other sets or other metrics, on the same pixels."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from realsr.robustness.after.remade import told_difference
from realsr.robustness.errors import StudyError
from realsr.robustness.results.store import (
    CellKey,
    Results,
    Row,
    RunFolder,
    cell_key,
    claimed_run,
    read_results,
    write_results,
)
from realsr.robustness.running.cache import Cache
from realsr.robustness.running.pictures import read_index, write_index
from realsr.robustness.running.record import relative
from realsr.robustness.study.line_choice import LineChoice

_PARTS = ("models", "sets", "metrics")
_DECISIVE = {
    "models": ("digest", "scale"),
    "sets": ("digest",),
    "metrics": ("version", "convention"),
}
_COPIED = ("sets", "images")


def merge(first: Path, second: Path, out: Path) -> Results:
    """`out` as if one run had made both. Raises StudyError where the two contradict each other.

    Equal names must mean equal things: models of one digest, sets of the same pixels, metrics of one version
    and convention, and numbers that agree. A run that was given no lines takes those of the other.
    """
    runs = read_results(first), read_results(second)
    one, other = (replace(each, record=_moved(each, out)) for each in runs)
    record = {**one.record, **{part: _joined(one, other, part) for part in _PARTS}}
    record["lines"] = _lines(one, other).model_dump(mode="json")
    notes = (note for each in (one, other) for note in each.record.get("notes", []))
    record["notes"] = list(dict.fromkeys(notes))
    record["started"] = min(each.record["started"] for each in (one, other))
    record["finished"] = max(each.record["finished"] for each in (one, other))
    record["timing"] = _added(one.record["timing"], other.record["timing"])
    cells = _joined_cells(one, other)
    with claimed_run(out) as folder:
        for root in (first, second):
            _copy(root, folder)
        write_index(folder, read_index(RunFolder(second)) | read_index(RunFolder(first)))
        return write_results(folder, record, cells)


def _moved(results: Results, out: Path) -> Row:
    """The record with paths that count from `out`; what lies in the run's own folder is copied along."""

    def moved(path: str) -> str:
        return path if path.startswith("sets/") else relative(results.root / path, out)

    def moved_model(model: Row) -> Row:
        there = (results.root / model["path"]).is_file()
        return {**model, "path": moved(model["path"])} if there else model

    def moved_image(image: Row) -> Row:
        parts = {part: image[part] for part in ("lr", "hr") if part in image}
        return image | {part: {**at, "file": moved(at["file"])} for part, at in parts.items()}

    sets = [
        {
            **test,
            "folder": moved(test["folder"]),
            "images": [moved_image(image) for image in test["images"]],
        }
        for test in results.record["sets"]
    ]
    return {**results.record, "models": [*map(moved_model, results.record["models"])], "sets": sets}


def _joined(one: Results, other: Results, part: str) -> list[Row]:
    """The first's entries, then those that only the second has."""
    entries: dict[str, Row] = {entry["name"]: entry for entry in one.record[part]}
    for entry in other.record[part]:
        known = entries.setdefault(entry["name"], entry)
        if any(known[field] != entry[field] for field in _DECISIVE[part]):
            raise StudyError(_conflict(one, other, part, entry["name"]))
    return list(entries.values())


def _conflict(one: Results, other: Results, part: str, name: str) -> str:
    text = f"{one.root} and {other.root} differ in {part[:-1]} {name!r}"
    if part == "sets":
        told = told_difference(read_results(one.root), read_results(other.root), name)
        return f"{text}: {told}; take the set of one run for both"
    fields = " or ".join(_DECISIVE[part])
    return f"{text}: not the same {fields}; rename one of the two or run it again"


def _lines(one: Results, other: Results) -> LineChoice:
    """The lines of both, or of the one that was given any: a half may lack the model that the other's name."""
    unsaid = LineChoice()
    first, second = (LineChoice.model_validate(run.record.get("lines", {})) for run in (one, other))
    if unsaid not in (first, second) and first != second:
        told = "; ".join(
            f"{run.root}: {lines.words()}" for run, lines in ((one, first), (other, second))
        )
        raise StudyError(
            f"the two runs are judged by different lines ({told}); run one of them again with the other's "
            "`lines`, for which no model is asked again"
        )
    return second if first == unsaid else first


def _joined_cells(one: Results, other: Results) -> list[Row]:
    cells: dict[CellKey, Row] = one.by_key()
    for key, cell in other.by_key().items():
        cells[key] = _joined_cell(cells[key], cell) if key in cells else cell
    return list(cells.values())


def _joined_cell(one: Row, other: Row) -> Row:
    """Numbers of both; where one run failed and the other did not, the one that did not."""
    if (one["failed"] is None) != (other["failed"] is None):
        return one if one["failed"] is None else other
    for name in one["scores"].keys() & other["scores"].keys():
        pair = one["scores"][name], other["scores"][name]
        if None not in pair and pair[0] != pair[1]:
            raise StudyError(
                f"{'/'.join(map(str, cell_key(one)))}: {name} is {pair[0]} in one run and {pair[1]} in the "
                "other; run one of them again on the other's machine"
            )
    scores = _preferred(one["scores"], other["scores"])
    reasons = {**other["not_computed"], **one["not_computed"]}
    missing = {name: reasons[name] for name, value in scores.items() if value is None}
    return {**one, "scores": scores, "not_computed": missing}


def _preferred(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    names = list(dict.fromkeys([*one, *other]))
    return {name: one[name] if one.get(name) is not None else other.get(name) for name in names}


def _added(one: Mapping[str, float], other: Mapping[str, float]) -> dict[str, float]:
    return {name: round(one[name] + other[name], 3) for name in one}


def _copy(root: Path, folder: RunFolder) -> None:
    if root.resolve() == folder.root.resolve():
        raise StudyError(f"--out {root} is one of the two runs; give another directory")
    for part in _COPIED:
        if (root / part).is_dir():
            shutil.copytree(root / part, folder.root / part, dirs_exist_ok=True)
    Cache(folder.cache).adopt(Cache(RunFolder(root).cache))
