"""Intervals for a mean over images and cases, and the choice of the one that can be trusted for a design.

| design | interval |
|---|---|
| crossed, 14 images and 14 cases or more | two-way bootstrap, stretched as `bootstrap` says |
| crossed, 5 of each or more | variance components, no effect below 0, and Student's t |
| fixed or own cases, 5 images or more | Student's t over the images' means |
| smaller | too few to tell |

The bounds come from measured coverage: `python -m benchmarks.statistics.means`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

import numpy as np
import numpy.typing as npt

from realsr.statistics import student
from realsr.statistics.components import (
    MeanSquares,
    Spread,
    Term,
    TwoWayTable,
    cautious,
    check_table,
    mean_squares,
    satterthwaite,
    unbiased,
)
from realsr.statistics.resampling import resampled_means, weights
from realsr.statistics.untold import StatisticsError, Untold

Design = Literal["crossed", "fixed", "own"]
"""crossed: every image under every case, and the cases stand for all that could have been drawn. fixed: every
image under every case, and the question is about these cases alone. own: each image has draws of its own."""

Method = Literal[
    "two-way bootstrap", "variance components", "t over images", "no variation", "Wilson"
]

FEWEST = 5
"""Images, and cases of a crossed design, below which no interval is given."""
BOOTSTRAP_FROM = 14
"""Images and cases from which the corrected bootstrap covers as it says."""
LEVEL = 0.95


@dataclass(frozen=True)
class Interval:
    """The ends, how they were found, and what a test needs: standard error and degrees of freedom."""

    low: float
    high: float
    method: Method
    error: float
    df: float
    level: float = LEVEL


@dataclass(frozen=True)
class Estimate:
    """A mean, the interval or why there is none, and what it rests on.

    seeds: trainings that the mean is over; with one, the interval says nothing about another training.
    """

    mean: float
    interval: Interval | Untold
    images: int
    cases: int
    seeds: int = 1


def pooled(tables: Sequence[TwoWayTable]) -> tuple[TwoWayTable, tuple[Term, ...]]:
    """Several trainings of one model: the mean table, and the variance that the choice of seeds adds to a mean.

    The added part is the variance of the trainings' means over their number. It holds a little of the
    interaction of seeds with images and cases, which the mean table holds too: the interval errs to the wide.
    """
    shapes = {check_table(table).shape for table in tables}
    if len(shapes) != 1:
        raise StatisticsError(f"tables of one shape are pooled; these have {sorted(shapes)}")
    mean: TwoWayTable = np.mean(tables, axis=0)
    if len(tables) == 1:
        return mean, ()
    means = np.array([table.mean() for table in tables])
    return mean, (Term(float(means.var(ddof=1)) / len(tables), len(tables) - 1.0),)


def estimate(tables: Sequence[TwoWayTable], design: Design, level: float = LEVEL) -> Estimate:
    """The mean of one model over images x cases; one table a training, all on the same images and cases.

    Raises StatisticsError for tables of different shapes and for values that are not finite.
    """
    table, seeds = pooled(tables)
    images, cases = table.shape
    found = interval(table, design, seeds, level)
    return Estimate(float(table.mean()), found, images, cases, len(tables))


def interval(
    table: TwoWayTable, design: Design, others: Sequence[Term] = (), level: float = LEVEL
) -> Interval | Untold:
    """The interval of the table's mean by the method that suits its design; `others` add to its variance."""
    images, cases = check_table(table).shape
    few = too_few(images, cases, design)
    if few:
        return few
    if np.ptp(table) == 0.0 and not any(part.value for part in others):
        mean = float(table.mean())
        return Interval(mean, mean, "no variation", 0.0, math.inf, level)
    if design != "crossed":
        return t_over_images(table, others, level)
    if min(images, cases) >= BOOTSTRAP_FROM:
        return bootstrap(table, others, level)
    return by_components(table, others, level)


def t_over_images(
    table: TwoWayTable, others: Sequence[Term] = (), level: float = LEVEL
) -> Interval:
    """Student's t over the images' means: the cases are given, or each image has its own."""
    images = table.shape[0]
    part = Term(float(table.mean(1).var(ddof=1)) / images, images - 1.0)
    return _symmetric(table, satterthwaite([part, *others]), "t over images", level)


def by_components(
    table: TwoWayTable, others: Sequence[Term] = (), level: float = LEVEL
) -> Interval:
    """Variance components with Satterthwaite's degrees of freedom and Student's t."""
    return _symmetric(table, cautious(mean_squares(table), others), "variance components", level)


def bootstrap(table: TwoWayTable, others: Sequence[Term] = (), level: float = LEVEL) -> Interval:
    """The percentile two-way bootstrap, its deviations from the mean stretched twice.

    Once so that their variance is the unbiased one (bootstrap deviations are too small by (n - 1) / n in each
    factor and hold the interaction three times), once by t / z for the degrees of freedom of that variance.
    """
    spread = _spread(mean_squares(table), others)
    deviations = resampled_means(table, weights(*table.shape)) - table.mean()
    wide = student.quantile(level, spread.df) / NormalDist().inv_cdf((1.0 + level) / 2.0)
    error = math.sqrt(spread.variance)
    ends = [(1.0 - level) / 2.0, (1.0 + level) / 2.0]
    low, high = table.mean() + np.quantile(deviations, ends) * wide * error / deviations.std()
    return Interval(float(low), float(high), "two-way bootstrap", error, spread.df, level)


def percentile(table: TwoWayTable, level: float = LEVEL) -> tuple[float, float]:
    """The bootstrap without its corrections: for the table of coverage, not for reports."""
    means = resampled_means(table, weights(*table.shape))
    low, high = np.quantile(means, [(1.0 - level) / 2.0, (1.0 + level) / 2.0])
    return float(low), float(high)


def p_value(mean: float, found: Interval) -> float:
    """Two-sided, of a true mean of 0: the t test of the interval's standard error and degrees of freedom."""
    if found.error == 0.0:
        return 1.0 if mean == 0.0 else 0.0
    return student.two_sided(mean / found.error, found.df)


def share(flags: npt.NDArray[np.bool_], design: Design, level: float = LEVEL) -> Estimate:
    """A share of images x cases, with an interval within [0, 1].

    Where all agree the table has no spread to measure; Wilson's interval (1927) on the images alone stands in,
    as if an image's cases were one.
    """
    table = flags.astype(np.float64)
    found = interval(table, design, (), level)
    if isinstance(found, Interval):
        if found.method == "no variation":
            found = wilson(float(table.mean()), table.shape[0], level)
        else:
            ends = max(found.low, 0.0), min(found.high, 1.0)
            found = Interval(*ends, found.method, found.error, found.df, level)
    return Estimate(float(table.mean()), found, *flags.shape)


def wilson(part: float, count: float, level: float = LEVEL) -> Interval:
    """Wilson's score interval of a share seen in `count` independent trials."""
    z = NormalDist().inv_cdf((1.0 + level) / 2.0)
    centre = (part + z * z / (2.0 * count)) / (1.0 + z * z / count)
    error = math.sqrt(part * (1.0 - part) / count + (z / (2.0 * count)) ** 2) / (
        1.0 + z * z / count
    )
    return Interval(
        max(centre - z * error, 0.0), min(centre + z * error, 1.0), "Wilson", error, math.inf, level
    )


def too_few(images: int, cases: int, design: Design) -> Untold | None:
    """Why a design of this size has no interval; None where it has one."""
    counts = {"image": images} | ({"degradation": cases} if design == "crossed" else {})
    lacking = [
        f"{count} {word}{'s' * (count != 1)}" for word, count in counts.items() if count < FEWEST
    ]
    return (
        Untold(f"too few to tell: {', '.join(lacking)}; {FEWEST} are needed") if lacking else None
    )


def _spread(squares: MeanSquares, others: Sequence[Term]) -> Spread:
    return unbiased(squares, others) or cautious(squares, others)


def _symmetric(table: TwoWayTable, spread: Spread, method: Method, level: float) -> Interval:
    mean, error = float(table.mean()), math.sqrt(spread.variance)
    reach = student.quantile(level, spread.df) * error
    return Interval(mean - reach, mean + reach, method, error, spread.df, level)
