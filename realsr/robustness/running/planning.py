"""From a study to a plan: everything that can be refused is refused before any work."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import torch

from degrade import Pipeline
from degrade.trust import NOTHING, Trust
from realsr.metrics.errors import MetricError
from realsr.metrics.weights import FoundWeights, found_weights
from realsr.pairs.run import Observer
from realsr.pairs.soundness import check_ends, requested_pipeline
from realsr.robustness.cases.case_folder import representative_cases
from realsr.robustness.cases.photographs import partners, photographs, real_pairs
from realsr.robustness.cases.sets import Making, TestSet, given_set, made_set
from realsr.robustness.cases.unobserved import Unobserved
from realsr.robustness.errors import StudyError
from realsr.robustness.results.columns import Column, columns, marked
from realsr.robustness.results.record import StandsFor
from realsr.robustness.results.store import RunFolder
from realsr.robustness.running.contestants import Contestant, contestants
from realsr.robustness.running.run import RunPlan
from realsr.robustness.study.study import Study, is_folder
from realsr.rows import NO_ROWS, Rows

MakeSet = Callable[[Path], TestSet]
"""A set, given the folder where it may be made."""


def plan_of(
    study: Study,
    observer: Observer | None = None,
    *,
    device: str = "cpu",
    workers: int | None = None,
    weights: FoundWeights | None = None,
    models: Sequence[Contestant] | None = None,
    trust: Trust | Iterable[str] = NOTHING,
    rows: Rows = NO_ROWS,
    told: Callable[[int], None] = lambda answered: None,
) -> RunPlan:
    """The plan of a study. observer: of the making of test sets. models: in place of the study's, with the
    baseline among them. trust: what code a model of the study may run. rows: a person's own. told: called with
    the number of pictures that a model has just answered.

    Raises StudyError, RequestError and PipelineError, a pipeline of another scale than the models' among them.
    """
    study, rows = study.checked(), rows.trusting(trust)
    chosen = models or contestants(study.models, study.scale, torch.device(device), trust, rows)
    scale = chosen[0].scale
    named = columns(study.metrics, scale, rows.metrics)
    table, found = weighed(study, named, device, weights, rows)
    threads = workers or os.cpu_count() or 1
    making = _Making(study, scale, threads, observer or Unobserved(), rows)
    makers = dict(_unique(making.all()))
    return RunPlan(
        models=tuple(chosen),
        make_sets=lambda folder: [make(folder.set(name)) for name, make in makers.items()],
        columns=table,
        pictures=study.pictures,
        workers=threads,
        weights=found,
        told=told,
        notes=study.notes,
        lines=study.lines.checked(
            [model.name for model in chosen],
            [model.family for model in chosen if model.family],
            [column.name for column in table],
        ),
        rows=rows,
    )


def weighed(
    study: Study,
    table: Sequence[Column],
    device: str,
    weights: FoundWeights | None = None,
    rows: Rows = NO_ROWS,
) -> tuple[tuple[Column, ...], FoundWeights]:
    """Columns, and the weights behind them: the study's, unless others are given. Raises StudyError."""
    metrics = {column.metric for column in table}
    try:
        found = weights or found_weights(study.weights, metrics, torch.device(device), rows.metrics)
    except MetricError as error:
        raise StudyError(str(error)) from error
    return marked(table, found), found


def plan_of_pipelines(
    plan: RunPlan,
    pipelines: Sequence[tuple[str, Pipeline]],
    making: Making,
    observer: Observer | None = None,
) -> RunPlan:
    """The same models and columns on sets that are made by these pipelines, under these names."""

    def make_sets(folder: RunFolder) -> list[TestSet]:
        return [
            made_set(name, pipeline, making, folder.set(name), observer or Unobserved())
            for name, pipeline in pipelines
        ]

    return replace(plan, make_sets=make_sets)


def making_of(study: Study, workers: int | None = None, rows: Rows = NO_ROWS) -> Making:
    """How the study's pipelines make sets. Raises StudyError without photographs."""
    if study.hr is None:
        raise StudyError("pipelines need photographs to degrade: give --hr DIR")
    return Making(
        study.hr, study.crop, study.seed, study.variants, study.limit, workers, study.alpha, rows
    )


@dataclass(frozen=True)
class _Making:
    """The sets of a study, each by its name and what makes it."""

    study: Study
    scale: int
    workers: int
    observer: Observer
    rows: Rows

    def all(self) -> Iterator[tuple[str, MakeSet]]:
        """Those of pipelines, then of cases, of real pairs and of photographs."""
        study = self.study
        for text in study.pipelines:
            yield self._of_pipeline(text)
        if study.cases is not None:
            for path, stands_for in representative_cases(study.cases):
                name, maker = self._of_pipeline(str(path))
                yield name, partial(_case_set, maker, stands_for)
        limit, alpha = study.limit, study.alpha
        for pairs in study.pairs:
            partners(pairs)  # refused here, not after hours of making other sets
            yield pairs.name, partial(real_pairs, pairs, self.scale, limit=limit, alpha=alpha)
        for real in study.real:
            yield real.name, partial(photographs, real, self.scale, limit=limit, alpha=alpha)

    def _of_pipeline(self, text: str) -> tuple[str, MakeSet]:
        folder = Path(text)
        if is_folder(text):
            given = given_set(folder.name, folder, self.scale, self.study.limit, self.rows)
            return given.name, lambda root: given
        pipeline = requested_pipeline(text, self.scale, self.rows.operators)
        making = making_of(self.study, self.workers, self.rows)
        check_ends(pipeline, making.crop)
        name = pipeline.name
        return name, lambda root: made_set(name, pipeline, making, root, self.observer)


def _case_set(maker: MakeSet, stands_for: StandsFor, root: Path) -> TestSet:
    return replace(maker(root), stands_for=stands_for)


def _unique(makers: Iterator[tuple[str, MakeSet]]) -> Iterator[tuple[str, MakeSet]]:
    seen: set[str] = set()
    for name, maker in makers:
        if name in seen:
            raise StudyError(f"two sets are called {name!r}; give each its own name")
        seen.add(name)
        yield name, maker
