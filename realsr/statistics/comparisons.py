"""Paired differences between models on the same images and cases, and Holm's correction over many of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from realsr.statistics.components import TwoWayTable
from realsr.statistics.intervals import (
    LEVEL,
    Design,
    Estimate,
    Interval,
    interval,
    p_value,
    pooled,
)
from realsr.statistics.untold import StatisticsError


@dataclass(frozen=True)
class Comparison:
    """First minus second. Its `seeds` are those of the side with fewer; an interpolation has one.

    p: two-sided; holm: p corrected for the whole family; None where too few to tell.
    """

    difference: Estimate
    p: float | None
    holm: float | None = None


def compare(
    first: Sequence[TwoWayTable],
    second: Sequence[TwoWayTable],
    design: Design,
    level: float = LEVEL,
) -> Comparison:
    """The mean difference of two models, value by value; one table a training.

    Differences of pairs are what is resampled, so what images and cases have in common cancels. The trainings
    of the two are independent: each adds the variance of its own seeds.
    """
    (one, one_seeds), (two, two_seeds) = pooled(first), pooled(second)
    if one.shape != two.shape:
        raise StatisticsError(
            f"paired tables have one shape; these have {one.shape} and {two.shape}"
        )
    table: TwoWayTable = one - two
    found = interval(table, design, (*one_seeds, *two_seeds), level)
    mean, seeds = float(table.mean()), min(len(first), len(second))
    images, cases = table.shape
    difference = Estimate(mean, found, images, cases, seeds)
    return Comparison(difference, p_value(mean, found) if isinstance(found, Interval) else None)


def holm(values: Sequence[float]) -> list[float]:
    """p-values corrected so that the chance of any false finding stays below the level (Holm 1979)."""
    order = np.argsort(values, kind="stable")
    factors = len(values) - np.arange(len(values))
    rising = np.maximum.accumulate(np.asarray(values, dtype=np.float64)[order] * factors)
    corrected = np.empty(len(values))
    corrected[order] = np.minimum(rising, 1.0)
    return [float(value) for value in corrected]


def corrected(family: Sequence[Comparison]) -> list[Comparison]:
    """The same comparisons with Holm's p over all that have one, in their order."""
    told = [number for number, one in enumerate(family) if one.p is not None]
    values = dict(zip(told, holm([family[number].p or 0.0 for number in told]), strict=True))
    return [replace(one, holm=values.get(number)) for number, one in enumerate(family)]
