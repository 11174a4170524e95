"""The record and the cells of a run, from what it computed."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

from realsr.robustness.cases.sets import Frozen, TestPicture, TestSet
from realsr.robustness.results.columns import Column
from realsr.robustness.results.ledger import Ledger
from realsr.robustness.results.record import (
    Cell,
    RecordedFile,
    RecordedMetric,
    RecordedModel,
    RecordedPicture,
    RecordedSet,
)
from realsr.robustness.running.cache import Cache, content_key
from realsr.robustness.running.contestants import Contestant

NO_ANSWER = "the model gave no picture"


def recorded_models(models: Sequence[Contestant], out: Path) -> tuple[RecordedModel, ...]:
    """Paths of files count from `out`."""
    return tuple(
        RecordedModel(
            name=model.name,
            path=relative(Path(model.path), out) if Path(model.path).is_file() else model.path,
            digest=model.digest,
            trained_on=model.trained_on,
            loss=model.loss,
            seed=model.seed,
            family=model.family,
            scale=model.scale,
        )
        for model in models
    )


def recorded_set(test: TestSet, out: Path) -> RecordedSet:
    """Paths count from `out`."""
    return RecordedSet(
        name=test.name,
        kind=test.kind,
        pipeline=test.pipeline,
        digest=test.digest,
        scale=test.scale,
        folder=relative(test.root, out),
        notes=test.notes,
        failures=test.failures,
        case=test.stands_for,
        images=tuple(_picture(picture, out) for picture in test.pictures),
    )


def recorded_metrics(columns: Sequence[Column]) -> tuple[RecordedMetric, ...]:
    """Columns with their conventions in words."""
    return tuple(
        RecordedMetric(
            name=column.name,
            version=column.version,
            convention=column.words,
            better=column.better,
        )
        for column in columns
    )


def cells_of(
    models: Sequence[Contestant],
    sets: Sequence[TestSet],
    columns: Sequence[Column],
    cache: Cache,
    ledger: Ledger,
) -> list[Cell]:
    """One line a model, set and picture; a model without an answer has its line too."""
    return [
        _cell(model, test, picture, columns, cache[content_key(model, test, picture)], ledger)
        for model in models
        for test in sets
        for picture in test.pictures
    ]


def _cell(
    model: Contestant,
    test: TestSet,
    picture: TestPicture,
    columns: Sequence[Column],
    known: Mapping[str, float | str],
    ledger: Ledger,
) -> Cell:
    place = (model.name, test.name, picture.key)
    failed = ledger.failed.get(place)
    found = {} if failed is not None else known
    scores: dict[str, float | None] = {}
    missing: dict[str, str] = {}
    for column in columns:
        value = found.get(column.key, ledger.absent.get(column.name, NO_ANSWER))
        scores[column.name] = None if isinstance(value, str) else value
        if isinstance(value, str):
            missing[column.name] = value
    return Cell(
        model=model.name,
        set=test.name,
        image=picture.image,
        variant=picture.variant,
        scores=scores,
        not_computed=missing,
        failed=failed,
        words=picture.words,
        replay=replay_command(model.name, test.name, picture.key),
    )


def replay_command(model: str, test: str, key: str) -> str:
    """What makes one answer again, run in the folder of the run."""
    words = ["realsr", "robustness", "replay", ".", "--model", model, "--set", test, "--key", key]
    return shlex.join(words)


def _picture(picture: TestPicture, out: Path) -> RecordedPicture:
    return RecordedPicture(
        image=picture.image,
        variant=picture.variant,
        key=picture.key,
        lr=_file(picture.lr, out),
        hr=None if picture.hr is None else _file(picture.hr, out),
    )


def _file(frozen: Frozen, out: Path) -> RecordedFile:
    return RecordedFile(file=relative(frozen.path, out), size=frozen.size, digest=frozen.digest)


def relative(path: Path, out: Path) -> str:
    """A path as it is written in the record of a run in `out`."""
    return Path(os.path.relpath(path, out)).as_posix()
