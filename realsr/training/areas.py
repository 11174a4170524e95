"""How often one group of images gets the higher logit than another: areas under the ROC curve with intervals.

An area has no scale, so that games without an absolute one (relativistic, Wasserstein's) are told alike.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from realsr.estimation.sets.auc import by_counts

DRAWS = 1000
LEVEL = 0.95
Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]


class Witnesses(NamedTuple):
    """logits: one an image. sources: the photograph that each is of, by its name."""

    logits: Sequence[float]
    sources: Sequence[str]


class Ranged(NamedTuple):
    """A number with its interval at 95 %."""

    value: float
    low: float
    high: float


def area(above: Witnesses, below: Witnesses) -> Ranged:
    """The chance that an image of `above` has a higher logit than one of `below`; a tie is half.

    The interval draws photographs, not images, with replacement, in both groups alike where they share some;
    it is as wide at least as `by_counts`.
    """
    names = {name: n for n, name in enumerate(dict.fromkeys([*below.sources, *above.sources]))}
    away = np.asarray(above.logits)[None] - np.asarray(below.logits)[:, None]
    won = (away > 0) + 0.5 * (away == 0)
    first, second = (np.array([names[name] for name in each.sources]) for each in (below, above))
    value = float(won.mean())
    drawn = _drawn(won, first, second, len(names))
    counts = by_counts(value, len(np.unique(first)), len(np.unique(second)))
    return Ranged(value, min(drawn[0], counts[0]), max(drawn[1], counts[1]))


def _drawn(won: Floats, first: Whole, second: Whole, count: int) -> tuple[float, float]:
    """The interval of an area by drawing photographs again; draws that leave a side empty tell nothing."""
    generator = np.random.default_rng(count)
    chosen = generator.integers(count, size=(DRAWS, count)) + count * np.arange(DRAWS)[:, None]
    times = np.bincount(chosen.ravel(), minlength=DRAWS * count).reshape(DRAWS, count).astype(float)
    a, b = times[:, first], times[:, second]
    tried = a.sum(axis=1) * b.sum(axis=1)
    areas = ((a @ won) * b).sum(axis=1)[tried > 0] / tried[tried > 0]
    low, high = np.quantile(areas, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def difference(first: Ranged, second: Ranged) -> Ranged:
    """first - second of independent numbers, by the distances of their own ends (MOVER; Zou, Donner 2008)."""
    value = first.value - second.value
    low = math.hypot(first.value - first.low, second.high - second.value)
    high = math.hypot(first.high - first.value, second.value - second.low)
    return Ranged(value, value - low, value + high)
