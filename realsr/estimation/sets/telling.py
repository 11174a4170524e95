"""The two-sample test of two sets: one area, the floor beside it, and the features that give it away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from realsr.estimation.sets.auc import LEVEL, Whole, alone, kinds_of, ranked, wins
from realsr.estimation.sets.classifier import Floats, Labels

FEWEST = 10
"""Sources of a set, so that a fold has two of each."""
DEALS = 60
"""Times that the pictures are dealt at random into two sets for the floor."""
SHOWN = 8
APART = 0.8
"""Correlation above which a feature tells what one before it has told."""


@dataclass(frozen=True, slots=True)
class Area:
    """An area under the ROC curve with its interval at 95 %."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Feature:
    """One by which the sets differ. auc: by it alone, 0.5 to 1. first, second: medians."""

    number: int
    auc: float
    first: float
    second: float


@dataclass(frozen=True, slots=True)
class TwoSets:
    """Whether two sets can be told apart.

    floor: what the same classifier says of the same pictures, dealt at random into two sets; its interval holds
    95 % of the deals. chance: the area that the best feature alone has in all but 5 % of the deals.
    """

    auc: Area
    floor: Area
    features: tuple[Feature, ...]
    chance: float

    @property
    def differ(self) -> bool:
        """Whether they are told apart better than chance tells."""
        return self.auc.value > self.floor.high


def compare(rows: Floats, second: Labels, sources: Whole) -> TwoSets:
    """Of features (n, m) of both sets, which are of the second (n,), and sources (n,), numbers from 0.

    Each set has FEWEST sources and more.
    """
    found, ranks = wins(rows, second, sources), ranked(rows)
    value, ends = found.auc(), found.interval()
    auc = Area(value, min(ends[0], value), max(ends[1], value))
    floor, chance = _by_chance(rows, ranks, second, sources)
    return TwoSets(auc, floor, tuple(_telling(rows, alone(ranks, second), second)), chance)


def _by_chance(rows: Floats, ranks: Floats, second: Labels, sources: Whole) -> tuple[Area, float]:
    generator = np.random.default_rng(0)
    dealt = [deal(second, sources, generator) for _ in range(DEALS)]
    areas = [wins(rows, each, sources, seed=seed).auc() for seed, each in enumerate(dealt)]
    best = [float(np.abs(alone(ranks, each) - 0.5).max()) + 0.5 for each in dealt]
    low, middle, high = np.quantile(areas, [(1 - LEVEL) / 2, 0.5, (1 + LEVEL) / 2])
    return Area(float(middle), float(low), float(high)), float(np.quantile(best, LEVEL))


def deal(second: Labels, sources: Whole, generator: np.random.Generator) -> Labels:
    """Other sets of as many sources each: what both have changes sides or not, the others are dealt anew."""
    kinds = kinds_of(second, sources)
    turned = (kinds == 3) & (generator.random(len(kinds)) < 0.5)
    lone = np.flatnonzero((kinds == 1) | (kinds == 2))
    side = kinds.copy()
    side[lone] = generator.permutation(kinds[lone])
    both = kinds[sources] == 3
    return np.asarray(np.where(both, second ^ turned[sources], side[sources] == 2), np.bool_)


def _telling(rows: Floats, areas: Floats, second: Labels) -> list[Feature]:
    """The features that differ most, each unlike those before it."""
    chosen: list[int] = []
    for number in map(int, np.argsort(-np.abs(areas - 0.5), kind="stable")):
        if areas[number] == 0.5 or len(chosen) == SHOWN:
            break
        if not _alike(rows, number, chosen):
            chosen.append(number)
    return [_feature(rows, second, number, float(areas[number])) for number in chosen]


def _alike(rows: Floats, number: int, chosen: Sequence[int]) -> bool:
    return any(
        abs(float(np.corrcoef(rows[:, number], rows[:, other])[0, 1])) > APART for other in chosen
    )


def _feature(rows: Floats, second: Labels, number: int, area: float) -> Feature:
    column = rows[:, number]
    first, other = float(np.median(column[~second])), float(np.median(column[second]))
    return Feature(number, max(area, 1 - area), first, other)
