"""The worst cases of a run, and what is said about each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from realsr.robustness.page.pictures import DrawnMap, artefact_map, pictures
from realsr.robustness.page.report import Report, ShownMetric
from realsr.robustness.results.record import Cell, PictureKey

CARDS = 12


@dataclass(frozen=True)
class Card:
    """One failure. gap: quality against the baseline's (negative: worse), or the quality itself without one."""

    cell: Cell
    gap: float
    map: DrawnMap | None


def worst(report: Report, metric: ShownMetric, count: int = CARDS) -> list[Card]:
    """The `count` cases where a trained model falls furthest below the baseline, of those whose pictures were
    kept; each case once."""
    cards: list[Card] = []
    shown: set[PictureKey] = set()
    for gap, cell in gaps(report, metric):
        if cell.picture not in shown and cell.model in pictures(report, cell.picture):
            shown.add(cell.picture)
            cards.append(Card(cell, gap, artefact_map(report, cell.picture, cell.model)))
        if len(cards) == count:
            break
    return cards


def gaps(report: Report, metric: ShownMetric) -> list[tuple[float, Cell]]:
    """Every answer of a trained model and what it gains over the baseline, as `Card.gap`; the worst first."""
    return sorted(_gaps(report, metric), key=lambda pair: (pair[0], pair[1].model))


def _gaps(report: Report, metric: ShownMetric) -> Iterator[tuple[float, Cell]]:
    table = report.by_model()
    base = table.get(report.baseline or "", {})
    for model in report.models:
        if model.name == report.baseline:
            continue
        for case, cell in table[model.name].items():
            value = cell.scores.get(metric.name)
            if value is not None:
                reference = base[case].scores.get(metric.name) if case in base else None
                against = metric.quality(reference) if reference is not None else 0.0
                yield metric.quality(value) - against, cell
