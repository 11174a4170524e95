"""A run: every model meets every picture of every set, and only what is new is computed."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import degrade
from degrade.execute.threads import worker_pool
from realsr.images.reading import Bytes
from realsr.metrics.weights import FoundWeights
from realsr.pairs.workers import look_ahead
from realsr.robustness.cases.sets import TestPicture, TestSet
from realsr.robustness.results.columns import Column, absent
from realsr.robustness.results.ledger import Ledger
from realsr.robustness.results.record import Record
from realsr.robustness.results.store import (
    Results,
    RunFolder,
    claimed_run,
    rows_of_run,
    write_results,
)
from realsr.robustness.running.answers import Answer, answers
from realsr.robustness.running.batches import batches
from realsr.robustness.running.cache import Cache, CachedNumbers, content_key
from realsr.robustness.running.changes import notes, with_changes
from realsr.robustness.running.clock import Clock, started, timing
from realsr.robustness.running.contestants import Contestant
from realsr.robustness.running.pictures import keep_pictures
from realsr.robustness.running.record import (
    cells_of,
    recorded_metrics,
    recorded_models,
    recorded_set,
)
from realsr.robustness.running.scoring import Truth, scored
from realsr.robustness.study.line_choice import LineChoice
from realsr.robustness.study.study import KeptPictures
from realsr.rows import NO_ROWS, Rows, check_files


@dataclass(frozen=True)
class RunPlan:
    """What a run computes. make_sets: given the run's folder, all test sets. notes: for readers. rows: a
    person's own, with which all this was read."""

    models: tuple[Contestant, ...]
    make_sets: Callable[[RunFolder], Sequence[TestSet]]
    columns: tuple[Column, ...]
    pictures: KeptPictures = field(default_factory=KeptPictures)
    workers: int = 2
    weights: FoundWeights = field(default_factory=FoundWeights)
    told: Callable[[int], None] = lambda answered: None
    """Called with the number of pictures that a model has just answered."""
    notes: tuple[str, ...] = ()
    lines: LineChoice = field(default_factory=LineChoice)
    rows: Rows = NO_ROWS
    accept_changed: bool = False
    """Whether pictures that changed since an earlier run are taken, and noted."""


@dataclass(frozen=True)
class _Opened:
    """A picture with its pixels."""

    picture: TestPicture
    truth: Truth


@dataclass(frozen=True)
class _Loaded:
    """A batch as it was read. faults: sentences about those that could not be."""

    ready: Sequence[_Opened]
    faults: Mapping[str, str]


def run(plan: RunPlan, out: Path) -> Results:
    """Runs, or goes on with, the plan in `out`. After a kill the same call ends with the same tables.

    Raises RequestError and StudyError before any work, StorageError where the folder cannot be written.
    """
    clock, began = started(), _now()
    with claimed_run(out) as folder:
        check_files(rows_of_run(folder), plan.rows, f"the run in {out}", more=True)
        sets = with_changes(folder, plan.make_sets(folder), accept=plan.accept_changed)
        taken = notes(folder, sets)
        ledger = Ledger(absent(plan.columns, plan.weights))
        cache = Cache(folder.cache)
        with worker_pool(plan.workers) as pool:
            stream = _Stream(plan, cache, clock, pool, ledger)
            for test in sets:
                stream.meet(test)
            stream.drain()
        cells = cells_of(plan.models, sets, plan.columns, cache, ledger)
        keep_pictures(folder, plan.models, sets, cells, plan.columns, plan.pictures, clock)
        record = Record(
            models=recorded_models(plan.models, out),
            sets=tuple(recorded_set(test, out) for test in sets),
            metrics=recorded_metrics(plan.columns),
            lines=plan.lines,
            versions=dict(sorted(degrade.versions().items())),
            notes=(*plan.notes, *taken),
            started=began,
            finished=_now(),
            timing=timing(clock),
            rows=plan.rows.files,
        )
        return write_results(folder, record, cells)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


@dataclass
class _Stream:
    """Batches through the models, with reading before and scoring behind them in threads."""

    plan: RunPlan
    cache: Cache
    clock: Clock
    pool: ThreadPoolExecutor
    ledger: Ledger
    waiting: deque[Future[None]] = field(default_factory=deque)

    def meet(self, test: TestSet) -> None:
        """All models on one set. A batch is read once for all of them, and not at all if nothing is new."""
        todo = (batch for batch in batches(test.pictures) if self._is_new(test, batch))
        for loaded in look_ahead(self.pool, lambda batch: _load(test, batch), todo, 2):
            self._note(test, loaded.faults)
            for model in self.plan.models:
                for group in _by_channels(loaded.ready):
                    self._answer(test, group, model)

    def drain(self) -> None:
        """Waits for all numbers. Raises what a thread raised."""
        with self.clock.on("metrics"):
            while self.waiting:
                self.waiting.popleft().result()

    def _is_new(self, test: TestSet, batch: Sequence[TestPicture]) -> bool:
        return any(
            self._missing(model, test, picture) for model in self.plan.models for picture in batch
        )

    def _missing(self, model: Contestant, test: TestSet, picture: TestPicture) -> list[Column]:
        known = self.cache[content_key(model, test, picture)]
        return [
            column
            for column in self.plan.columns
            if column.key not in known and column.name not in self.ledger.absent
        ]

    def _note(self, test: TestSet, faults: Mapping[str, str]) -> None:
        for key, fault in faults.items():
            for model in self.plan.models:
                self.ledger.failed[model.name, test.name, key] = fault

    def _answer(self, test: TestSet, group: Sequence[_Opened], model: Contestant) -> None:
        if not any(self._missing(model, test, each.picture) for each in group):
            return
        with self.clock.on("inference"):
            given = answers(model, [each.truth.lr for each in group])
        self.plan.told(len(group))
        for each, answer in zip(group, given, strict=True):
            self._take(test, each, model, answer)

    def _take(self, test: TestSet, each: _Opened, model: Contestant, answer: Answer) -> None:
        if isinstance(answer, str):
            self.ledger.failed[model.name, test.name, each.picture.key] = answer
            return
        if self._missing(model, test, each.picture):
            self.waiting.append(self.pool.submit(self._score, test, each, model, answer))
        if len(self.waiting) > 8 * self.plan.workers:
            with self.clock.on("metrics"):
                self.waiting.popleft().result()

    def _score(self, test: TestSet, each: _Opened, model: Contestant, sr: Bytes) -> None:
        picture = each.picture
        columns = self._missing(model, test, picture)
        found = scored(sr, each.truth, columns, self.plan.weights)
        numbers: CachedNumbers = {
            column.key: found.numbers.get(column.name, found.missing.get(column.name, ""))
            for column in columns
        }
        self.cache.add(content_key(model, test, picture), numbers)


def _load(test: TestSet, batch: Sequence[TestPicture]) -> _Loaded:
    ready, faults = [], {}
    for picture in batch:
        try:
            lr, hr = picture.lr.read(), None if picture.hr is None else picture.hr.read()
        except Exception as error:  # a picture that cannot be read costs its cells, not the run
            faults[picture.key] = str(error)
        else:
            registered = test.kind == "pairs"
            truth = Truth(lr, hr, picture.trace, test.scale, registered, test.operators)
            ready.append(_Opened(picture, truth))
    return _Loaded(ready, faults)


def _by_channels(ready: Sequence[_Opened]) -> Iterator[list[_Opened]]:
    """Grey and colour apart: a batch has one shape."""
    for channels in (1, 3):
        group = [each for each in ready if each.truth.lr.shape[2] == channels]
        if group:
            yield group
