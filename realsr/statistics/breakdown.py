"""The severity at which a model falls below bicubic, with an interval.

The interval holds the severities at which a t test of the images' gains does not tell the mean gain from 0: its
low end is where the mean is no longer surely above, its high end where it is surely below (the inversion of a
test; Fieller, 1954). Its coverage is that of the test, for few images as for many; bootstrapped crossing points
cover too little there. `python -m benchmarks.statistics.breakdown_points` measures both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from realsr.statistics import student
from realsr.statistics.intervals import FEWEST, LEVEL

Gains = npt.NDArray[np.float64]
"""severities x images: by how much the model is better than bicubic; above 0 is better."""

Curve = npt.NDArray[np.float64]

FINENESS = 64
"""Parts between two severities, in which the ends of the interval are looked for."""


@dataclass(frozen=True)
class Breakdown:
    """value: None where it never falls below within the range. low, high: interval of 95 %; None is an end that
    lies beyond the range, or, where `why` says so, one that cannot be told.
    """

    value: float | None
    low: float | None
    high: float | None
    images: int
    why: str
    words: str

    def to_data(self) -> dict[str, Any]:
        return asdict(self)


def breakdown(values: Sequence[float], gains: Gains, level: float = LEVEL) -> Breakdown:
    """Where the mean gain first passes below 0, linearly between two severities; values ascend."""
    images = gains.shape[1]
    means = gains.mean(axis=1)
    at = crossing(values, means)
    where = _where(values, at, recovery(values, means))
    if images < FEWEST:
        why = f"too few to tell: {images} image{'s' * (images != 1)}; {FEWEST} are needed"
        return Breakdown(at, None, None, images, why, f"{where} ({why})")
    low, high = ends(values, gains, level)
    told = f"{_sure(values, low, high, level)}, t test inverted, {images} images"
    return Breakdown(at, low, high, images, "", f"{where} ({told})")


def ends(
    values: Sequence[float], gains: Gains, level: float = LEVEL
) -> tuple[float | None, float | None]:
    """Where the mean gain is no longer surely above 0, and where surely below; None: nowhere in the range."""
    places, fine = refined(values, gains)
    images = gains.shape[1]
    reach = student.quantile(level, images - 1) * fine.std(axis=1, ddof=1) / np.sqrt(images)
    mean = fine.mean(axis=1)
    return crossing(places, mean - reach), crossing(places, mean + reach)


def refined(values: Sequence[float], gains: Gains) -> tuple[list[float], Gains]:
    """Severities between the given ones, and every image's gain there, on a straight line between two."""
    steps = np.arange(len(values))
    between = np.linspace(0, len(values) - 1, FINENESS * (len(values) - 1) + 1)
    fine = np.array([np.interp(between, steps, image) for image in gains.T]).T
    return [float(value) for value in np.interp(between, steps, values)], fine


def crossing(values: Sequence[float], means: Curve) -> float | None:
    """The first severity of a mean gain of 0 on the way down; the first value where it begins below 0."""
    if means[0] < 0:
        return float(values[0])
    for place in range(1, len(values)):
        if means[place] < 0:
            share = means[place - 1] / (means[place - 1] - means[place])
            return float(values[place - 1] + share * (values[place] - values[place - 1]))
    return None


def recovery(values: Sequence[float], means: Curve) -> float | None:
    """Where a mean gain that fell below 0 passes above it again; None where it stays below, or never fell."""
    below = np.flatnonzero(means < 0)
    if not below.size:
        return None
    return crossing(values[below[0] :], -means[below[0] :])


def _where(values: Sequence[float], at: float | None, again: float | None) -> str:
    """Until where, too: a model may be above bicubic again, as one trained at a severe end of the range."""
    if at is None:
        return f"never below bicubic from {values[0]:g} to {values[-1]:g}"
    begins = at == values[0]
    start = f"{at:g}" if begins else f"{at:.3g}"
    if again is None:
        return f"below bicubic from {start} on{', where the range begins' * begins}"
    return f"first below bicubic from {start} to {again:.3g}, above again after it"


def _sure(values: Sequence[float], low: float | None, high: float | None, level: float) -> str:
    """The interval, or that the test is sure all along the range."""
    certainty = f"{100 * level:g} %"
    if low is None:
        return f"at {certainty} surely above all along"
    if high == values[0]:
        return f"at {certainty} surely below from there"
    start = f"{low:.3g}" if low > values[0] else f"{low:.3g} or before"
    return (
        f"{certainty} interval {start} to {'beyond the range' if high is None else f'{high:.3g}'}"
    )
