"""What GANs are blamed for, model by model, where a run has those columns."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from realsr.robustness.page.methods import WordTable
from realsr.robustness.page.report import Report, ShownMetric
from realsr.robustness.results.columns import GAN_COLUMNS
from realsr.statistics import Interval, estimate

CONSISTENCY = "lr_consistency_true"
"""Stands in the panel too, but no run has a panel for it alone."""


def gan_panel(report: Report) -> WordTable | None:
    """Models by the columns `gan`; None for a run that has none of them beside LR-consistency.

    Means over all test sets, with 95 % intervals over pictures, of which each is the mean of its cells.
    """
    metrics = [one for one in report.metrics if one.name in GAN_COLUMNS]
    if not {one.name for one in metrics} - {CONSISTENCY}:
        return None
    head = ["model", "loss", *map(_title, metrics)]
    rows = [
        [model.name, model.loss or "unknown", *(_words(report, one, model.name) for one in metrics)]
        for model in report.models
    ]
    return WordTable("What GANs are blamed for", head, rows)


def _title(metric: ShownMetric) -> str:
    return f"{metric.title}, {metric.unit}" if metric.unit else metric.title


def _words(report: Report, metric: ShownMetric, model: str) -> str:
    values = list(_by_image(report, metric.name, model))
    if not values:
        return "–"
    found = estimate([np.array(values)[:, None]], "own")
    if not isinstance(found.interval, Interval):
        return f"{found.mean:.3g} (too few)"
    return f"{found.mean:.3g} ({found.interval.low:.3g} to {found.interval.high:.3g})"


def _by_image(report: Report, metric: str, model: str) -> Iterator[float]:
    """The mean of every picture's finite numbers."""
    found: dict[str, list[float]] = {}
    for cell in report.cells:
        value = cell.scores.get(metric)
        if cell.model == model and value is not None and np.isfinite(value):
            found.setdefault(cell.image, []).append(value)
    for values in found.values():
        yield float(np.mean(values))
