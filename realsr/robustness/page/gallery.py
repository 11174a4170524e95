"""The worst cases of a study, and what is said about each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from realsr.robustness.page.pictures import DrawnMap, artefact_map, pictures
from realsr.robustness.page.study import Case, Cell, Metric, Study

CARDS = 12


@dataclass(frozen=True)
class Card:
    """One failure. gap: quality against the baseline's (negative: worse), or the quality itself without one."""

    cell: Cell
    gap: float
    map: DrawnMap | None


def worst(study: Study, metric: Metric, count: int = CARDS) -> list[Card]:
    """The `count` cases where a trained model falls furthest below the baseline, of those whose pictures were
    kept; each case once."""
    cards: list[Card] = []
    shown: set[Case] = set()
    for gap, cell in gaps(study, metric):
        if cell.case not in shown and cell.model in pictures(study, cell.case):
            shown.add(cell.case)
            cards.append(Card(cell, gap, artefact_map(study, cell.case, cell.model)))
        if len(cards) == count:
            break
    return cards


def gaps(study: Study, metric: Metric) -> list[tuple[float, Cell]]:
    """Every answer of a trained model and what it gains over the baseline, as `Card.gap`; the worst first."""
    return sorted(_gaps(study, metric), key=lambda pair: (pair[0], pair[1].model))


def _gaps(study: Study, metric: Metric) -> Iterator[tuple[float, Cell]]:
    table = study.by_model()
    base = table.get(study.baseline or "", {})
    for model in study.models:
        if model.name == study.baseline:
            continue
        for case, cell in table[model.name].items():
            value = cell.scores.get(metric.name)
            if value is not None:
                reference = base[case].scores.get(metric.name) if case in base else None
                against = metric.quality(reference) if reference is not None else 0.0
                yield metric.quality(value) - against, cell
