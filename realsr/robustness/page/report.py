"""A run as the page sees it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from realsr.metrics.metric import Better
from realsr.metrics.table import METRICS
from realsr.robustness.results.observations import Observations, observed
from realsr.robustness.results.quality import quality
from realsr.robustness.results.record import (
    Cell,
    PictureKey,
    RecordedMetric,
    RecordedModel,
    RecordedSet,
)
from realsr.robustness.results.store import Results, read_results
from realsr.robustness.results.sweeps import SweepLine, read_sweeps
from realsr.robustness.study.line_choice import BASELINE, LineChoice

_CAPITALS = frozenset(
    {"psnr", "ssim", "ms", "gmsd", "vif", "niqe", "piqe", "lpips", "dists", "lr", "rgb", "y"}
)


@dataclass(frozen=True)
class ShownMetric:
    """A metric by the words that people read."""

    name: str
    better: Better
    unit: str

    @property
    def title(self) -> str:
        """The name for people: psnr_y is PSNR (Y)."""
        words = self.name.split("_")
        known = [word.upper() if word in _CAPITALS else word for word in words]
        if words[0] in METRICS and len(words) > 1:
            return f"{known[0]} ({' '.join(known[1:])})"
        return " ".join(known)

    def quality(self, value: float) -> float:
        """The value on a scale where more is better."""
        return quality(self.better, value)


@dataclass(frozen=True)
class Report:
    """A whole run with its sweeps."""

    results: Results
    metrics: Sequence[ShownMetric]
    sweeps: Sequence[SweepLine]

    @property
    def folder(self) -> Path:
        """Where the run lies."""
        return self.results.root

    @property
    def models(self) -> Sequence[RecordedModel]:
        """In the order of the record."""
        return self.results.record.models

    @property
    def sets(self) -> Sequence[RecordedSet]:
        """In the order of the record."""
        return self.results.record.sets

    @property
    def cells(self) -> Sequence[Cell]:
        """In the order of their file."""
        return self.results.cells

    @property
    def lines(self) -> LineChoice:
        """What the models are judged by."""
        return self.results.record.lines

    @property
    def baseline(self) -> str | None:
        """The model that stands for doing nothing clever, where it was run."""
        return BASELINE if any(model.name == BASELINE for model in self.models) else None

    def observed(self, metric: ShownMetric, turned: bool) -> Observations:
        """A metric's numbers as they are, or turned so that more is better."""
        return observed(self.cells, metric.name, metric.better if turned else None)

    def failures(self, models: Sequence[str], test: str) -> int:
        """Pictures of a set to which these models gave no answer."""
        return sum(
            cell.failed is not None and cell.set == test and cell.model in models
            for cell in self.cells
        )

    def by_model(self) -> dict[str, dict[PictureKey, Cell]]:
        """Every model's answers."""
        table: dict[str, dict[PictureKey, Cell]] = {model.name: {} for model in self.models}
        for cell in self.cells:
            table[cell.model][cell.picture] = cell
        return table

    def missing(self) -> Iterator[tuple[str, str, int]]:
        """(what, why, how many cells) of everything that has no number: metrics, then models that failed."""
        counts: dict[tuple[str, str], int] = {}
        for cell in self.cells:
            found = cell.not_computed if cell.failed is None else {cell.model: cell.failed}
            for name, reason in found.items():
                counts[name, reason] = counts.get((name, reason), 0) + 1
        for (name, reason), count in counts.items():
            yield name, reason, count


def report_of(folder: Path) -> Report:
    """The run in `folder`, with its sweeps if it has any. Raises StudyError where a file is no such thing."""
    results = read_results(folder)
    return Report(results, [_shown(row) for row in results.record.metrics], read_sweeps(folder))


def _shown(row: RecordedMetric) -> ShownMetric:
    known = METRICS.get(row.name) or METRICS.get(row.name.partition("_")[0])
    return ShownMetric(row.name, row.better, known.unit if known else "")
