"""How the coefficients of a frequency are spread before they are quantised, from all grids together.

Off its own grid a compressed picture shows next to nothing of its steps, so that the 64 grids pooled give the
density that the coefficients would have without them.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from realsr.estimation.codec.blocks import Floats

Doubles = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]

BIN = 0.125
BINS = 1024
"""Bin 0 holds magnitudes below BIN / 2, bin j those within BIN / 2 of j BIN, the last all above."""
MIDDLES = np.arange(BINS) * BIN
FARTHEST = 8 * BINS
"""In units of BIN: as far as cumulated shares are known, beyond every coefficient of 8 bits."""
_FINE = (0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0)
_GROWTH = 1.18


def histograms(found: Floats) -> Counts:
    """Counts (64, BINS) of the magnitudes of coefficients (n, 64)."""
    place = np.minimum((np.abs(found) * (1 / BIN) + 0.5).astype(np.int32), BINS - 1)
    place += np.arange(64, dtype=np.int32) * BINS
    return np.bincount(place.ravel(), minlength=64 * BINS).reshape(64, BINS)


def _edges() -> Doubles:
    """Where the cumulated shares are held: between them the density is taken as constant."""
    last, grown = _FINE[-1], [0.0, *_FINE]
    while last < BIN * BINS:
        last *= _GROWTH
        grown.append(last)
    return np.array(grown)


EDGES = _edges()


def cumulated(counts: Counts) -> Doubles:
    """Shares (64, FARTHEST + 1) of magnitudes below 0, BIN, 2 BIN, ..., smoothed, from counts (64, BINS)."""
    sums = np.cumsum(counts, axis=1)
    shares = np.concatenate([np.zeros((64, 1)), sums], axis=1) / (sums[:, -1:] + 1e-9)
    reached = np.concatenate([[0.0], (np.arange(BINS) + 0.5) * BIN])
    asked = np.arange(FARTHEST + 1) * BIN
    return np.stack([np.interp(asked, EDGES, np.interp(EDGES, reached, row)) for row in shares])


def density(shares: Doubles) -> Doubles:
    """Of coefficients of one frequency at MIDDLES, from its cumulated shares (FARTHEST + 1,): both signs."""
    ends = np.interp(np.concatenate([[0.0], MIDDLES + BIN / 2]), _reach(shares), shares)
    widths = np.concatenate([[BIN], np.full(BINS - 1, 2 * BIN)])
    return np.asarray(np.diff(ends) / widths, np.float64)


def _reach(shares: Doubles) -> Doubles:
    return np.arange(len(shares), dtype=np.float64) * BIN
