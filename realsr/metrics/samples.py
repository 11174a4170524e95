"""Scores of several answers to one question: how much they differ, and whether the truth could be one of them.

Samples are K h w c (or K and anything), the HR is one of them in shape, both in one unit, which the results
share. A model without a distribution gives one answer K times: its diversity and spread are 0, and its CRPS is
the absolute error. Diversity alone is no merit, since noise has it: read it beside the LR-consistency.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from realsr.metrics.errors import MetricError
from realsr.metrics.unexplained import blurred

Values = npt.NDArray[np.float64]

WINDOW = 2.0
"""Sigma in pixels of the Gaussian by which `error_maps` are averaged: an error is a place's, not a pixel's."""


def diversity_score(maps: Values) -> float:
    """100 (global - local) / global of K error maps of one size, each h w.

    global: the least mean of one map; local: the mean of the least at every pixel. 0 where one sample is the
    best everywhere, as equal samples are; 100 where at every pixel some sample has no error, and no sample has
    none everywhere. NTIRE 2021, learning the SR space (Lugmayr et al.), there of LPIPS maps of 10 samples.
    """
    _check(maps, maps[:1])
    one = float(maps.reshape(len(maps), -1).mean(axis=1).min())
    each = float(maps.min(axis=0).mean())
    return 0.0 if one <= each else 100.0 * ((one - each) / one)


def error_maps(samples: Values, hr: Values, window: float = WINDOW) -> Values:
    """K h w: squared error of samples K h w c, mean of the channels, averaged by a Gaussian. window: its sigma,
    0 for none.

    In place of NTIRE's LPIPS maps where there are no weights: the score of these is another number.
    """
    _check(samples, hr[None])
    errors = ((samples - hr) ** 2).mean(axis=-1)
    return np.stack([blurred(error, window) for error in errors]) if window else errors


def spread(samples: Values) -> Values:
    """Standard deviation of the samples at every value, without bias in the variance; 0 of a single sample."""
    if len(samples) < 2:
        return np.zeros(samples.shape[1:])
    return np.asarray(samples.std(axis=0, ddof=1), dtype=np.float64)


def rank_histogram(samples: Values, hr: Values) -> Values:
    """Shares (K + 1,) of HR values by how many of the K samples lie below; ties are shared out evenly.

    Flat where HR is drawn as the samples are. Full at both ends: the samples differ too little. Full in the
    middle: too much. Full at one end: they lie to one side (Hamill, Monthly Weather Review 2001).
    """
    _check(samples, hr[None])
    count = len(samples)
    below = (samples < hr).sum(axis=0).ravel()
    equal = (samples == hr).sum(axis=0).ravel()
    # A value with e ties has e + 1 places, each with a share of 1 / (e + 1): steps up and down, summed.
    share = 1.0 / (equal + 1)
    steps = np.zeros(count + 2)
    np.add.at(steps, below, share)
    np.add.at(steps, below + equal + 1, -share)
    return np.asarray(np.cumsum(steps)[: count + 1] / below.size, dtype=np.float64)


def unevenness(shares: Values) -> float:
    """Share of the HR values that would have to move for a rank histogram to be flat: 0 is flat, 1 is never."""
    return float(np.abs(shares - 1.0 / len(shares)).sum() / 2.0)


def crps(samples: Values, hr: Values) -> float:
    """Continuous ranked probability score, mean over values, in the unit of the samples; 0 is the best.

    The fair form, mean |x - y| - sum |x_i - x_j| / (2 K (K - 1)), whose mean does not depend on K, so K samples
    drawn as HR is are best (Ferro, QJRMS 2014); it may be below 0 by chance. Of one sample: its absolute error.
    """
    _check(samples, hr[None])
    count = len(samples)
    far = float(np.abs(samples - hr).mean())
    if count < 2:
        return far
    # Of sorted values the i-th is subtracted count - 1 - i times and added i times.
    factors = 2.0 * np.arange(count) - (count - 1)
    apart = float((np.sort(samples, axis=0).reshape(count, -1).mean(axis=1) * factors).sum())
    return far - apart / (count * (count - 1))


def posterior_mean_gain(samples: Values, hr: Values) -> float:
    """dB by which the samples' mean is nearer to HR than the samples are, by mean squared errors.

    Of K samples drawn as HR is it is `expected_gain(K)`; of equal ones 0. Infinite where the mean is HR itself.
    """
    _check(samples, hr[None])
    apart = float(((samples - hr) ** 2).mean())
    mean = float(((samples.mean(axis=0) - hr) ** 2).mean())
    if not apart:
        return 0.0
    return 10.0 * math.log10(apart / mean) if mean else math.inf


def expected_gain(count: int) -> float:
    """The gain in dB of `count` samples that are drawn as HR is: 10 log10(2 K / (K + 1)), below 3.01."""
    return 10.0 * math.log10(2.0 * count / (count + 1.0))


def _check(samples: Values, one: Values) -> None:
    if samples.ndim < 2 or not samples.size:
        raise MetricError(f"samples of shape {samples.shape}; expected K of one size, K from 1 on")
    if samples.shape[1:] != one.shape[1:]:
        raise MetricError(
            f"samples of {samples.shape[1:]} and an HR of {one.shape[1:]}: expected one size"
        )
