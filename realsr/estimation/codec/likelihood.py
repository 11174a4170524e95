"""How likely coefficients are under a quantisation step, against none: with outliers that cost only so much.

With step q a coefficient was m q, and came back with the rounding of the decoder's pixels, nearly normal. Without
one it has the smooth density of its frequency. A share of OUTLIERS follows the latter in any case: pixels
that the decoder cut off at black or white, captions, edits.
"""

from __future__ import annotations

import numpy as np

from realsr.estimation.codec.densities import BIN, BINS, MIDDLES, Doubles, density
from realsr.estimation.codec.tables import Steps

OUTLIERS = 0.02
LEAST_DENSITY = 1e-6
GREY_ERROR, COLOUR_ERROR = 0.29, 0.35
"""Standard deviation of a luma coefficient through rounding: 1 / sqrt(12), and with three channels rounded again
by (0.299^2 + 0.587^2 + 0.114^2) / 12 more in variance."""


def wrapped(residual: Doubles, step: Doubles, error: float) -> Doubles:
    """The density of a normal error (standard deviation `error`) wrapped on a circle of length `step`."""
    turns = np.arange(-1, 2)[:, None, None] * step
    exponents = -0.5 * ((residual + turns) / error) ** 2
    return np.asarray(np.exp(exponents).sum(0) / (error * np.sqrt(2 * np.pi)), np.float64)


def level_shares(shares: Doubles, levels: Doubles, step: Doubles) -> Doubles:
    """The share of magnitudes that a step rounds to its multiple `levels`; half of it on each side of 0."""
    half = np.rint(step / (2 * BIN)).astype(np.int64)
    middle = np.rint(levels * step / BIN).astype(np.int64)
    below = shares[np.maximum(middle - half, 0)]
    above = shares[np.minimum(middle + half, len(shares) - 1)]
    return np.asarray((above - below) / np.where(levels > 0, 2, 1), np.float64)


def gains(shares: Doubles, steps: Steps, error: float) -> Doubles:
    """log of P(magnitude | step) / P(magnitude | no step) at MIDDLES (steps, BINS) for one frequency."""
    step = steps[:, None].astype(np.float64)
    levels = np.rint(MIDDLES / step)
    parts = level_shares(shares, levels, step) * wrapped(MIDDLES - levels * step, step, error)
    ratio = parts / (density(shares) + LEAST_DENSITY)
    found = np.log((1 - OUTLIERS) * ratio + OUTLIERS)
    found[:, BINS - 1] = 0.0
    return np.asarray(found, np.float64)
