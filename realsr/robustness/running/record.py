"""The record and the cells of a run, from what it computed."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import degrade
from realsr.robustness.cases.sets import Case, Frozen, TestSet
from realsr.robustness.results.columns import Column
from realsr.robustness.results.ledger import Ledger
from realsr.robustness.results.store import VERSION, Row
from realsr.robustness.running.cache import Cache, content_key
from realsr.robustness.running.contestants import Contestant
from realsr.robustness.study.line_choice import LineChoice

NO_ANSWER = "the model gave no picture"


def record_of(
    models: Sequence[Contestant],
    sets: Sequence[TestSet],
    columns: Sequence[Column],
    lines: LineChoice,
    out: Path,
) -> Row:
    """Everything about a run but its numbers and its times. Paths count from `out`."""
    return {
        "version": VERSION,
        "models": [_model(model, out) for model in models],
        "sets": [_set(test, out) for test in sets],
        "metrics": [_metric(column) for column in columns],
        "lines": lines.model_dump(mode="json"),
        "versions": dict(sorted(degrade.versions().items())),
    }


def cells_of(
    models: Sequence[Contestant],
    sets: Sequence[TestSet],
    columns: Sequence[Column],
    cache: Cache,
    ledger: Ledger,
) -> list[Row]:
    """One line a model, set and picture; a model without an answer has its line too."""
    return [
        _cell(model, test, case, columns, cache[content_key(model, test, case)], ledger)
        for model in models
        for test in sets
        for case in test.cases
    ]


def _cell(
    model: Contestant,
    test: TestSet,
    case: Case,
    columns: Sequence[Column],
    known: Mapping[str, float | str],
    ledger: Ledger,
) -> Row:
    place = (model.name, test.name, case.key)
    failed = ledger.failed.get(place)
    found = {} if failed is not None else known
    scores: dict[str, float | None] = {}
    missing: dict[str, str] = {}
    for column in columns:
        value = found.get(column.key, ledger.absent.get(column.name, NO_ANSWER))
        scores[column.name] = None if isinstance(value, str) else value
        if isinstance(value, str):
            missing[column.name] = value
    return {
        "model": model.name,
        "set": test.name,
        "image": case.image,
        "variant": case.variant,
        "scores": scores,
        "not_computed": missing,
        "failed": failed,
        "words": list(case.words),
        "replay": replay_command(model.name, test.name, case.key),
    }


def replay_command(model: str, test: str, key: str) -> str:
    """What makes one answer again, run in the folder of the run."""
    words = ["realsr", "robustness", "replay", ".", "--model", model, "--set", test, "--key", key]
    return shlex.join(words)


def _model(model: Contestant, out: Path) -> Row:
    return {
        "name": model.name,
        "path": relative(Path(model.path), out) if Path(model.path).is_file() else model.path,
        "digest": model.digest,
        "trained_on": model.trained_on,
        "loss": model.loss,
        "seed": model.seed,
        "family": model.family,
        "scale": model.scale,
    }


def _set(test: TestSet, out: Path) -> Row:
    return {
        "name": test.name,
        "kind": test.kind,
        "pipeline": test.pipeline,
        "digest": test.digest,
        "scale": test.scale,
        "folder": relative(test.root, out),
        "notes": list(test.notes),
        "failures": list(test.failures),
        "case": None if test.stands_for is None else asdict(test.stands_for),
        "images": [_image(case, out) for case in test.cases],
    }


def _image(case: Case, out: Path) -> Row:
    parts = dict(_parts(case))
    return {"image": case.image, "variant": case.variant, "key": case.key} | {
        part: {"file": relative(file.path, out), "size": list(file.size), "digest": file.digest}
        for part, file in parts.items()
    }


def _parts(case: Case) -> Iterator[tuple[str, Frozen]]:
    yield "lr", case.lr
    if case.hr is not None:
        yield "hr", case.hr


def _metric(column: Column) -> Row:
    return {
        "name": column.name,
        "version": column.version,
        "convention": column.words,
        "better": column.better,
    }


def relative(path: Path, out: Path) -> str:
    """A path as it is written in the record of a run in `out`."""
    return Path(os.path.relpath(path, out)).as_posix()
