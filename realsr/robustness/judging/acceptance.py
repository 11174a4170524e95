"""The acceptance rate over cases, and its interval over images and degradations."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from realsr.robustness.judging.case_gaps import CaseGaps
from realsr.statistics.intervals import LEVEL, Interval, too_few, wilson
from realsr.statistics.resampling import Floats, weights
from realsr.statistics.untold import Untold


def acceptance_rate(gaps: CaseGaps, sizes: Sequence[int] | None = None) -> float:
    """Share of cases whose mean over images is on the acceptance line or above it; `sizes` weigh the cases."""
    return float(np.average(gaps.means >= 0.0, weights=sizes))


def rate_interval(
    gaps: CaseGaps, sizes: Sequence[int] | None = None, level: float = LEVEL
) -> Interval | Untold:
    """Images and cases are drawn anew, independently, and each case is judged again by the drawn images.

    A rate is no mean: images that scatter push it towards one half, and again in every resample, and where no
    resample tips a case the bootstrap has no width at all. So the ends are the outermost of the percentile
    bootstrap, of its reflection about the rate, which undoes the push, and of Wilson's interval on as many
    cases (weighted ones count as Kish's effective number). Untold where other two-way intervals are.
    """
    images = int(np.isfinite(gaps.values).sum(axis=0).min()) if gaps.cases else 0
    few = too_few(images, len(gaps.cases), "crossed")
    if few:
        return few
    share = np.ones(len(gaps.cases)) if sizes is None else np.asarray(sizes, dtype=np.float64)
    rate, rates = acceptance_rate(gaps, sizes), resampled_rates(gaps.values, share)
    low, high = np.quantile(rates, [(1.0 - level) / 2.0, (1.0 + level) / 2.0])
    floor = wilson(rate, _effective(share), level)
    ends = (
        max(min(low, 2.0 * rate - high, floor.low), 0.0),
        min(max(high, 2.0 * rate - low, floor.high), 1.0),
    )
    error = max(float(rates.std()), floor.error)
    return Interval(float(ends[0]), float(ends[1]), "two-way bootstrap", error, math.inf, level)


def resampled_rates(values: Floats, share: Floats) -> Floats:
    """The rate in every resample; a case none of whose images was drawn is left out of it. share: of a case."""
    drawn = weights(*values.shape)
    there = np.isfinite(values)
    accepted = drawn.images @ np.where(there, values, 0.0) >= 0.0
    counted = drawn.cases * share * (drawn.images @ there > 0.0)
    rates: Floats = (counted * accepted).sum(axis=1) / counted.sum(axis=1)
    return rates


def _effective(share: Floats) -> float:
    """Kish, Survey Sampling, 1965: (sum w)^2 / sum w^2."""
    return float(share.sum() ** 2 / (share**2).sum())
