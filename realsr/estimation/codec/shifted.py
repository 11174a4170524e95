"""The quality of an earlier compression on another grid, by the heaps that its steps left.

The last compression added an error to each coefficient of the earlier grid. Its size is measured by putting the
picture through the same quantisation once more, half a block aside. Where it is not small against the first
step, nothing is left to be found.
"""

from __future__ import annotations

import numpy as np

from realsr.estimation.codec.blocks import (
    BASIS,
    GRIDS,
    SIDE,
    Bytes,
    Floats,
    Grid,
    blocks,
    coefficients,
    luma,
)
from realsr.estimation.codec.densities import BINS, MIDDLES, Doubles
from realsr.estimation.codec.spectrum import Spectrum
from realsr.estimation.codec.tables import FREQUENCIES, Steps, luma_tables

OUTLIERS = 0.05
NOT_ZERO = 0.6
"""Magnitudes below this share of a step may have been rounded to 0, where the density is not flat: left out."""
LEAST_MAGNITUDE = 3.0
FEWEST = 32


def quantised(plane: Floats, grid: Grid, steps: Steps) -> Floats:
    """The whole blocks of a plane (h, w) after a quantisation with steps (64,) on a grid."""
    found = BASIS @ blocks(plane, grid) @ BASIS.T
    table = steps.reshape(SIDE, SIDE).astype(np.float32)
    back = BASIS.T @ (np.rint(found / table) * table) @ BASIS
    rows, columns = back.shape[:2]
    return np.asarray(back.swapaxes(1, 2).reshape(SIDE * rows, SIDE * columns), np.float32)


def errors(pixels: Bytes, grid: Grid, steps: Steps) -> Doubles:
    """Standard deviation (64,) that a quantisation with these steps gives a coefficient of another grid."""
    plane = luma(pixels)
    aside = (grid[0] + SIDE // 2) % SIDE, (grid[1] + SIDE // 2) % SIDE
    after = quantised(plane, aside, steps)
    before = plane[aside[0] : aside[0] + after.shape[0], aside[1] : aside[1] + after.shape[1]]
    view = (SIDE // 2, SIDE // 2)
    found, change = coefficients(before, view), coefficients(after - before, view)
    return np.array([_error(found[:, each], change[:, each]) for each in range(FREQUENCIES)])


def _error(found: Floats, change: Floats) -> float:
    large = np.abs(found) > LEAST_MAGNITUDE
    kept = change[large] if large.sum() >= FEWEST else change
    return float(np.sqrt((kept**2).mean() + 0.1))


def heaps(firsts: Steps, error: float) -> Doubles:
    """log of the density round multiples of first steps (n,), against a flat one, at MIDDLES (n, BINS)."""
    step = firsts[:, None].astype(np.float64)
    height = np.exp(-2 * (np.pi * error / step) ** 2)
    turn = 2 * np.pi * MIDDLES / step
    ratio = 1 + 2 * height * np.cos(turn) + 2 * height**4 * np.cos(2 * turn)
    found = np.log((1 - OUTLIERS) * np.maximum(ratio, 0.0) + OUTLIERS)
    found[MIDDLES[None] < NOT_ZERO * step] = 0.0
    found[:, BINS - 1] = 0.0
    return np.asarray(found, np.float64)


def shifted_gains(picture: Spectrum, grid: Grid, spreads: Doubles) -> Doubles:
    """The gain (64 grids, 100 qualities) by a first compression on each grid but the last, which has none."""
    total = np.zeros((64, 100))
    for frequency in range(1, FREQUENCIES):
        firsts, place = np.unique(luma_tables()[:, frequency], return_inverse=True)
        table = heaps(firsts, spreads[frequency]).astype(np.float32)
        total += (picture.counts[:, frequency].astype(np.float32) @ table.T)[:, place]
    total[GRIDS.index(grid)] = 0.0
    return total
