"""How likely coefficients are under a quantisation step, against none: with outliers that cost only so much.

With step q a coefficient was m q, and came back with the rounding of the decoder's pixels, nearly normal.
Without one it has the smooth density of its frequency. A share of OUTLIERS follows the latter in any case:
pixels that the decoder cut off at black or white, captions, edits.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from realsr.estimation.codec.densities import BIN, BINS, MIDDLES, Counts, Doubles, density
from realsr.estimation.codec.tables import LARGEST, Steps

OUTLIERS = 0.02
LEAST_DENSITY = 1e-6
Bins = npt.NDArray[np.int64]
EVERY_BIN: Bins = np.arange(BINS)
GREY_ERROR, COLOUR_ERROR = 0.29, 0.35
"""Standard deviation of a luma coefficient through rounding: 1 / sqrt(12); with three channels, rounded again,
(0.299^2 + 0.587^2 + 0.114^2) / 12 more in variance."""


def wrapped(residual: Doubles, step: Doubles, error: float) -> Doubles:
    """The density of a normal error (standard deviation `error`) wrapped on a circle of length `step`."""
    around = (np.exp(-0.5 * ((residual + turn * step) / error) ** 2) for turn in (-1, 0, 1))
    return np.asarray(sum(around) / (error * np.sqrt(2 * np.pi)), np.float64)


@lru_cache(maxsize=4)
def _rounded(error: float) -> tuple[Doubles, Doubles]:
    """Of every step (LARGEST + 1, BINS): the level at MIDDLES, and the density of an error round its multiple.

    They depend on no picture; the row of step 0 is not used.
    """
    step = np.maximum(np.arange(LARGEST + 1, dtype=np.float64), 1)[:, None]
    levels = np.rint(MIDDLES / step)
    return levels, wrapped(MIDDLES - levels * step, step, error)


def level_shares(shares: Doubles, levels: Doubles, step: Doubles | float) -> Doubles:
    """The share of magnitudes that a step rounds to its multiple `levels`; half of it on each side of 0."""
    half = np.asarray(np.rint(np.asarray(step) / (2 * BIN)), np.int64)
    middle = np.rint(levels * step / BIN).astype(np.int64)
    below = shares[np.maximum(middle - half, 0)]
    above = shares[np.minimum(middle + half, len(shares) - 1)]
    return np.asarray((above - below) / np.where(levels > 0, 2, 1), np.float64)


def gains(shares: Doubles, steps: Steps, error: float, bins: Bins = EVERY_BIN) -> Doubles:
    """log of P(magnitude | step) / P(magnitude | no step) (steps, bins) of one frequency at MIDDLES[bins]."""
    levels, near = (table[steps[:, None], bins] for table in _rounded(error))
    parts = level_shares(shares, levels, steps[:, None].astype(np.float64)) * near
    ratio = parts / (density(shares)[bins] + LEAST_DENSITY)
    found = np.log((1 - OUTLIERS) * ratio + OUTLIERS)
    found[:, bins == BINS - 1] = 0.0
    return np.asarray(found, np.float64)


def gain(shares: Doubles, steps: Steps, error: float, counts: Counts) -> Doubles:
    """The gain of log likelihood (steps,) of one frequency's counts (BINS,) by each step."""
    bins = np.flatnonzero(counts)
    return np.asarray(gains(shares, steps, error, bins) @ counts[bins], np.float64)
