"""A sweep: one parameter of one pipeline from mild to severe, every model, and where each breaks down."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from degrade import Pipeline
from realsr.pairs.run import Observer
from realsr.pairs.soundness import check_ends
from realsr.robustness.cases.sets import Making
from realsr.robustness.results.observations import observed, shared_tables
from realsr.robustness.results.quality import quality
from realsr.robustness.results.record import Cell
from realsr.robustness.results.store import Results
from realsr.robustness.results.sweeps import SweepLine, add_sweeps
from realsr.robustness.running.planning import plan_of_pipelines
from realsr.robustness.running.run import RunPlan, run
from realsr.robustness.study.line_choice import BASELINE
from realsr.robustness.study.severity import at_severity
from realsr.statistics.breakdown import Breakdown, Gains, breakdown
from realsr.statistics.intervals import Estimate, estimate
from realsr.statistics.untold import Untold


@dataclass(frozen=True)
class Sweep:
    """parameter: STAGE.FIELD. values: ascending. trained_at: the value of the training, where it is known."""

    pipeline: Pipeline
    parameter: str
    values: tuple[float, ...]
    trained_at: float | None = None

    def steps(self) -> list[tuple[str, Pipeline]]:
        """A pipeline a value, by name. Raises StudyError and PipelineError."""
        made = [at_severity(self.pipeline, self.parameter, value) for value in self.values]
        return [(pipeline.name, pipeline) for pipeline in made]

    @property
    def folder(self) -> str:
        return f"{self.pipeline.name}.{self.parameter}"


def run_sweep(
    sweep: Sweep,
    plan: RunPlan,
    making: Making,
    out: Path,
    observer: Observer | None = None,
) -> list[SweepLine]:
    """Runs, or goes on with, a sweep in `out/sweeps/PIPELINE.STAGE.FIELD`; its lines go to `out/sweeps.json`.

    plan: models and columns. Every severity meets the same photographs with the same other draws.
    """
    steps = sweep.steps()
    for _, pipeline in steps:
        check_ends(pipeline, making.crop)
    wide = plan_of_pipelines(plan, steps, making, observer)
    results = run(wide, out / "sweeps" / sweep.folder)
    names = [name for name, _ in steps]
    lines = [_line(sweep, results, model, names) for model in results.models()]
    add_sweeps(out, lines)
    return lines


def _line(sweep: Sweep, results: Results, model: str, names: Sequence[str]) -> SweepLine:
    swept = [_swept(results, model, each.name, names) for each in results.record.metrics]
    found = {each.metric: each for each in swept if each.images}
    return SweepLine(
        model=model,
        pipeline=sweep.pipeline.name,
        parameter=sweep.parameter,
        values=sweep.values,
        trained_at=sweep.trained_at,
        scores={metric: tuple(one.mean for one in each.along) for metric, each in found.items()},
        intervals={metric: each.ends() for metric, each in found.items()},
        interval={metric: each.kind() for metric, each in found.items()},
        left_out={each.metric: each.left_out for each in swept if each.left_out},
        breakdown={} if model == BASELINE else dict(_breakdowns(sweep, results, model, found)),
    )


def _breakdowns(
    sweep: Sweep, results: Results, model: str, metrics: Iterable[str]
) -> Iterator[tuple[str, Breakdown]]:
    names = [name for name, _ in sweep.steps()]
    for metric in metrics:
        gains = _gains(results, model, metric, names)
        if gains.size:
            yield metric, breakdown(sweep.values, gains)


@dataclass(frozen=True)
class _Swept:
    """One metric of one model along the severities, over the images that have it at all of them: the intervals
    of two severities are then of the same images. left_out: the others, and why."""

    metric: str
    along: tuple[Estimate, ...]
    left_out: tuple[str, ...]

    @property
    def images(self) -> int:
        return self.along[0].images if self.along else 0

    def ends(self) -> tuple[tuple[float, float] | None, ...]:
        found = [one.interval for one in self.along]
        return tuple(None if isinstance(one, Untold) else (one.low, one.high) for one in found)

    def kind(self) -> str:
        """Which interval it is, or why there is none."""
        kinds = dict.fromkeys(
            one.interval.reason
            if isinstance(one.interval, Untold)
            else f"{one.interval.method}, {one.images} images"
            for one in self.along
        )
        return "; ".join(kinds)


def _swept(results: Results, model: str, metric: str, names: Sequence[str]) -> _Swept:
    seen = observed(_of(results, [model]), metric)
    tables = shared_tables([seen.of(model, name) for name in names])
    missing = [lack for name in names for lack in seen.lacking(model, name)]
    told = dict.fromkeys(f"{lack.image}: {lack.reason}" for lack in missing)
    along = tuple(estimate([table], "own") for table in tables if table.size)
    return _Swept(metric, along, tuple(told))


def _gains(results: Results, model: str, metric: str, names: Sequence[str]) -> Gains:
    """severities x images, the mean of an image's draws; over images that both have at all severities."""
    both = (model, BASELINE)
    seen = observed(_of(results, both), metric)
    tables = shared_tables([seen.of(one, name) for one in both for name in names])
    better = results.metric(metric).better
    turned = [quality(better, table) for table in tables]
    mine, base = turned[: len(names)], turned[len(names) :]
    return np.array([(a - b).mean(axis=1) for a, b in zip(mine, base, strict=True)])


def _of(results: Results, models: Sequence[str]) -> Iterator[Cell]:
    return (cell for cell in results.cells if cell.model in models)
