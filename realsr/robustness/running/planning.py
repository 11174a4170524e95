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
from realsr.files.faults import Faults, all_of
from realsr.images.sources import discover
from realsr.metrics.errors import MetricError
from realsr.metrics.weights import FoundWeights, found_weights
from realsr.pairs.run import Observer
from realsr.pairs.soundness import check_ends, requested_pipeline
from realsr.robustness.cases.case_folder import representative_cases
from realsr.robustness.cases.photographs import members, partners, photographs, real_pairs
from realsr.robustness.cases.sets import Making, TestSet, given_set, made_set
from realsr.robustness.cases.unobserved import Unobserved
from realsr.robustness.errors import StudyError
from realsr.robustness.results.columns import Column, columns, marked
from realsr.robustness.results.record import StandsFor
from realsr.robustness.results.rows import TrainedModel, twins
from realsr.robustness.results.store import RunFolder
from realsr.robustness.running.contestants import DEFAULT_SCALE, Contestant, contestants
from realsr.robustness.running.run import RunPlan
from realsr.robustness.study.study import PairsEntry, PhotographsEntry, Study, is_folder
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
    accept_changed: bool = False,
    told: Callable[[int], None] = lambda answered: None,
) -> RunPlan:
    """The plan of a study. observer: of the making of test sets. models: in place of the study's, with the
    baseline among them. trust: what code a model of the study may run. rows: a person's own. accept_changed:
    takes test pictures that changed since an earlier run. told: called with the number of pictures that a model
    has just answered.

    Raises StudyError, RequestError and PipelineError, a pipeline of another scale than the models' among them;
    several faults at once, of whatever parts, as one SeveralFaultsError.
    """
    study, rows = study.checked(), rows.trusting(trust)
    threads, faults = workers or os.cpu_count() or 1, Faults()
    chosen = tuple(models or ()) or faults.of(
        lambda: contestants(study.models, study.scale, torch.device(device), trust, rows)
    )
    faults.of(lambda: _refuse_twins(chosen or ()))
    scale = chosen[0].scale if chosen else study.scale
    if scale is None:
        faults.check()
    making = _Making(
        study, scale or DEFAULT_SCALE, threads, observer or Unobserved(), rows, accept_changed
    )
    weighing = faults.of(
        lambda: weighed(
            study, columns(study.metrics, making.scale, rows.metrics), device, weights, rows
        )
    )
    makers = faults.of(lambda: dict(_unique(making.all())))
    faults.check()
    assert chosen is not None
    assert weighing is not None
    assert makers is not None
    table, found = weighing
    return RunPlan(
        models=chosen,
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
        accept_changed=accept_changed,
    )


def _refuse_twins(models: Sequence[Contestant]) -> None:
    """Raises StudyError for models that nothing tells apart: the matrix would have no row for them, and say so
    when all work is done."""
    known = [TrainedModel(m.name, m.trained_on, m.loss, m.seed, m.family) for m in models]
    if same := twins(known):
        names, first = " and ".join(model.name for model in same), same[0]
        raise StudyError(
            f"{names} are twins: {first.family}, trained on {first.trained_on} with {first.loss}, seed "
            f"{first.seed}; leave one out, or say in the study what they differ in: another family, or seed"
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


def making_of(
    study: Study,
    workers: int | None = None,
    rows: Rows = NO_ROWS,
    *,
    accept_changed: bool = False,
) -> Making:
    """How the study's pipelines make sets. Raises StudyError without photographs."""
    if study.hr is None:
        raise StudyError("pipelines need photographs to degrade: give --hr DIR")
    return Making(
        study.hr,
        study.crop,
        study.seed,
        study.variants,
        study.limit,
        workers,
        study.alpha,
        rows,
        accept_changed,
    )


@dataclass(frozen=True)
class _Making:
    """The sets of a study, each by its name and what makes it."""

    study: Study
    scale: int
    workers: int
    observer: Observer
    rows: Rows
    accept: bool

    def all(self) -> list[tuple[str, MakeSet]]:
        """Those of pipelines, then of cases, of real pairs and of photographs.

        Whatever is at fault is refused here, all of it at once, and not after hours of making other sets.
        """
        study = self.study
        parts: list[Callable[[], list[tuple[str, MakeSet]]]] = [
            *(partial(self._of_pipelines, [text]) for text in study.pipelines),
            *([partial(self._of_cases, study.cases)] if study.cases else []),
            *(partial(self._of_pairs, pairs) for pairs in study.pairs),
            *(partial(self._of_photographs, real) for real in study.real),
        ]
        if study.hr is not None:
            parts.append(partial(self._looked_at, study.hr))
        return [each for found in all_of(lambda part: part(), parts) for each in found]

    def _looked_at(self, hr: Path) -> list[tuple[str, MakeSet]]:
        discover([hr])
        return []

    def _of_pipelines(self, texts: Sequence[str]) -> list[tuple[str, MakeSet]]:
        return all_of(self._of_pipeline, texts)

    def _of_cases(self, folder: Path) -> list[tuple[str, MakeSet]]:
        cases = representative_cases(folder)
        made = self._of_pipelines([str(path) for path, _ in cases])
        return [
            (name, partial(_case_set, maker, stands_for))
            for (name, maker), (_, stands_for) in zip(made, cases, strict=True)
        ]

    def _of_pairs(self, entry: PairsEntry) -> list[tuple[str, MakeSet]]:
        partners(entry)
        return [(entry.name, self._frozen(partial(real_pairs, entry)))]

    def _of_photographs(self, entry: PhotographsEntry) -> list[tuple[str, MakeSet]]:
        members(entry)
        return [(entry.name, self._frozen(partial(photographs, entry)))]

    def _frozen(self, make: Callable[..., TestSet]) -> MakeSet:
        study = self.study
        return lambda root: make(
            self.scale, root, study.limit, study.alpha, accept_changed=self.accept
        )

    def _of_pipeline(self, text: str) -> tuple[str, MakeSet]:
        folder = Path(text)
        if is_folder(text):
            given = given_set(folder.name, folder, self.scale, self.study.limit, self.rows)
            return given.name, lambda root: given
        pipeline = requested_pipeline(text, self.scale, self.rows.operators)
        making = making_of(self.study, self.workers, self.rows, accept_changed=self.accept)
        check_ends(pipeline, making.crop)
        name = pipeline.name
        return name, lambda root: made_set(name, pipeline, making, root, self.observer)


def _case_set(maker: MakeSet, stands_for: StandsFor, root: Path) -> TestSet:
    return replace(maker(root), stands_for=stands_for)


def _unique(makers: Iterable[tuple[str, MakeSet]]) -> Iterator[tuple[str, MakeSet]]:
    seen: set[str] = set()
    for name, maker in makers:
        if name in seen:
            raise StudyError(f"two sets are called {name!r}; give each its own name")
        seen.add(name)
        yield name, maker
