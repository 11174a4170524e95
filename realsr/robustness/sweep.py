"""A sweep: one parameter of one pipeline from mild to severe, every model, and where each breaks down."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from degrade import Pipeline
from realsr.pairs.folder import write_whole
from realsr.pairs.run import Observer
from realsr.pairs.soundness import check_ends
from realsr.robustness.breakdown import Gains, Resampled, bootstrapped, breakdown
from realsr.robustness.contestants import BASELINE
from realsr.robustness.errors import StudyError
from realsr.robustness.planning import plan_of_pipelines
from realsr.robustness.quality import qualities
from realsr.robustness.run import Plan, run
from realsr.robustness.sets import Making
from realsr.robustness.severity import at_severity
from realsr.robustness.store import Results, Row

NAME = "sweeps.json"


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
    plan: Plan,
    making: Making,
    out: Path,
    observer: Observer,
    resampled: Resampled = bootstrapped,
) -> list[Row]:
    """Runs, or goes on with, a sweep in `out/sweeps/PIPELINE.STAGE.FIELD`; its lines go to `out/sweeps.json`.

    plan: models and columns. Every severity meets the same photographs with the same other draws.
    """
    steps = sweep.steps()
    for _, pipeline in steps:
        check_ends(pipeline, making.crop)
    wide = plan_of_pipelines(plan, steps, making, observer)
    results = run(wide, out / "sweeps" / sweep.folder)
    names = [name for name, _ in steps]
    lines = [_line(sweep, results, model, names, resampled) for model in results.models()]
    _store(out / NAME, lines)
    return lines


def read_sweeps(path: Path) -> list[Row]:
    """The lines that earlier sweeps left; none without the file. Raises StudyError."""
    if not path.is_file():
        return []
    try:
        found: list[Row] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise StudyError(f"{path} is not JSON ({error}); remove it and sweep again") from error
    return found


def _store(path: Path, lines: Sequence[Row]) -> None:
    """Beside the lines of other sweeps, in place of the same ones."""
    new = {_identity(line) for line in lines}
    kept = [line for line in read_sweeps(path) if _identity(line) not in new]
    write_whole(path, json.dumps([*kept, *lines], allow_nan=False, indent=1).encode())


def _identity(line: Row) -> tuple[str, str, str]:
    return line["model"], line["pipeline"], line["parameter"]


def _line(
    sweep: Sweep, results: Results, model: str, names: Sequence[str], resampled: Resampled
) -> Row:
    scores, intervals, breakdowns = {}, {}, {}
    for metric in (each["name"] for each in results.record["metrics"]):
        absolute = _table(results, model, metric, names)
        if absolute is None:
            continue
        scores[metric] = [float(value) for value in absolute.mean(axis=1)]
        drawn = resampled(absolute)
        intervals[metric] = [
            [float(end) for end in np.quantile(column, [0.025, 0.975])] for column in drawn.T
        ]
        gains = _gains(results, model, metric, names)
        if model != BASELINE and gains is not None:
            breakdowns[metric] = breakdown(sweep.values, gains, resampled).to_data()
    return {
        "model": model,
        "pipeline": sweep.pipeline.name,
        "parameter": sweep.parameter,
        "values": list(sweep.values),
        "trained_at": sweep.trained_at,
        "scores": scores,
        "intervals": intervals,
        "breakdown": breakdowns,
    }


def _table(results: Results, model: str, metric: str, names: Sequence[str]) -> Gains | None:
    """severities x pictures of a metric; None where a picture lacks it at any severity: pairs would be lost."""
    rows = list(_rows(results, model, metric, names))
    pictures = sorted(set().union(*rows))
    if not pictures or any(picture not in row for row in rows for picture in pictures):
        return None
    return np.array([[row[picture] for picture in pictures] for row in rows])


def _rows(
    results: Results, model: str, metric: str, names: Sequence[str]
) -> Iterator[dict[tuple[str, int], float]]:
    for name in names:
        yield {
            (cell["image"], cell["variant"]): cell["scores"][metric]
            for cell in results.cells
            if (cell["model"], cell["set"]) == (model, name)
            and cell["scores"].get(metric) is not None
        }


def _gains(results: Results, model: str, metric: str, names: Sequence[str]) -> Gains | None:
    mine, base = (_table(results, name, metric, names) for name in (model, BASELINE))
    if mine is None or base is None or mine.shape != base.shape:
        return None
    better = results.metric(metric)["better"]
    return qualities(mine, better) - qualities(base, better)
