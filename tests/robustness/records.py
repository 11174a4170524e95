"""Records and cells of runs that never were, with what a test does not care about filled in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from realsr.robustness.results.record import (
    Cell,
    Record,
    RecordedMetric,
    RecordedModel,
    RecordedSet,
    Timing,
)
from realsr.robustness.results.store import Results, RunFolder, write_results


def a_model(name: str, **known: Any) -> RecordedModel:
    unknown: dict[str, Any] = {"path": name, "digest": name, "scale": 4}
    unknown |= dict.fromkeys(("trained_on", "loss", "seed"))
    return RecordedModel(name=name, **(unknown | known))


def a_set(name: str, **known: Any) -> RecordedSet:
    plain: dict[str, Any] = {"kind": "pipeline", "pipeline": name, "digest": name, "scale": 4}
    plain |= {"folder": f"sets/{name}", "notes": (), "failures": (), "images": ()}
    return RecordedSet(name=name, **(plain | known))


def a_metric(name: str, better: Any = "higher") -> RecordedMetric:
    return RecordedMetric(name=name, version=1, convention="", better=better)


def a_cell(model: str, test: str, image: str, scores: Mapping[str, float], **known: Any) -> Cell:
    plain: dict[str, Any] = {"variant": 0, "not_computed": {}, "failed": None}
    plain |= {"words": (), "replay": ""}
    return Cell(model=model, set=test, image=image, scores=dict(scores), **(plain | known))


def a_run(
    root: Path,
    models: Sequence[RecordedModel],
    sets: Sequence[RecordedSet],
    metrics: Sequence[RecordedMetric],
    cells: Sequence[Cell],
) -> Results:
    """The run as it is read back from `root`, which is made."""
    record = Record(
        models=tuple(models),
        sets=tuple(sets),
        metrics=tuple(metrics),
        versions={},
        started="2026-01-01T00:00:00+00:00",
        finished="2026-01-01T00:00:00+00:00",
        timing=Timing(inference_s=0.0, metrics_s=0.0, other_s=0.0),
    )
    root.mkdir(exist_ok=True)
    return write_results(RunFolder(root), record, cells)
