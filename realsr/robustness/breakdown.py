"""The severity at which a model falls below bicubic, with an interval."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Gains = npt.NDArray[np.float64]
"""severities x pictures: by how much the model is better than bicubic; above 0 is better."""

Resampled = Callable[[Gains], npt.NDArray[np.float64]]
"""Mean gains of resampled pictures, draws x severities, from gains."""

DRAWS = 2000
CERTAINTY = 0.95


@dataclass(frozen=True)
class Breakdown:
    """value: None where it never falls below within the range. low, high: interval of 95 %; None is an end that
    lies beyond the range. share: of the draws in which it falls below within the range at all.
    """

    value: float | None
    low: float | None
    high: float | None
    share: float
    words: str

    def to_data(self) -> dict[str, Any]:
        return asdict(self)


def bootstrapped(gains: Gains, draws: int = DRAWS, seed: int = 0) -> npt.NDArray[np.float64]:
    """Pictures drawn with replacement, the same ones at all severities, which are paired by picture."""
    pictures = gains.shape[1]
    picks = np.random.default_rng(seed).integers(0, pictures, (draws, pictures))
    means: npt.NDArray[np.float64] = gains[:, picks].mean(axis=2).T
    return means


def breakdown(
    values: Sequence[float], gains: Gains, resampled: Resampled = bootstrapped
) -> Breakdown:
    """Where the mean gain first passes below 0, linearly between two severities."""
    at = crossing(values, gains.mean(axis=1))
    drawn = [crossing(values, means) for means in resampled(gains)]
    places = [np.inf if each is None else each for each in drawn]
    tail = (1 - CERTAINTY) / 2
    low, high = np.quantile(places, [tail, 1 - tail], method="nearest")
    share = float(np.mean(np.isfinite(places)))
    ends = (_end(low), _end(high))
    return Breakdown(at, *ends, share, _words(values, at, ends, gains))


def crossing(values: Sequence[float], means: npt.NDArray[np.float64]) -> float | None:
    """The first severity of a mean gain of 0 on the way down; the first value where it begins below 0."""
    if means[0] < 0:
        return float(values[0])
    for place in range(1, len(values)):
        if means[place] < 0:
            share = means[place - 1] / (means[place - 1] - means[place])
            return float(values[place - 1] + share * (values[place] - values[place - 1]))
    return None


def _end(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _words(
    values: Sequence[float], at: float | None, ends: tuple[float | None, float | None], gains: Gains
) -> str:
    told = ", ".join("beyond the range" if end is None else f"{end:.3g}" for end in ends)
    if at is None:
        return f"never below bicubic from {values[0]:g} to {values[-1]:g} (interval {told})"
    if gains.mean(axis=1)[0] < 0:
        return f"below bicubic from {values[0]:g} on, where the range begins (interval {told})"
    return f"below bicubic from {at:.3g} on (95 % interval {told})"
