"""How far edges overshoot: what unsharp masking leaves beside every step, and a lens does not."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from realsr.estimation.seen import Plane

Places = npt.NDArray[np.int64]

REACH, FAR = 9, 5
"""Pixels from an edge: its plateaus lie from FAR to REACH, and halos nearer than FAR."""
LEAST_STEP = 24.0
"""Levels of 255 below which noise moves the ends of a step too much."""
ROOM = 25.0
"""Levels of 255 that a plateau keeps from black and white, where a halo would be cut off."""
UNEVEN = 0.08
"""Standard deviation of a plateau, over the step, from which it is texture and no plateau."""
FEWEST = 24
"""Steps with two plateaus that a quartile needs."""


def halo(luma: Plane) -> float | None:
    """The upper quartile over steps of the smaller of overshoot and undershoot, over the step's height.

    luma: (h, w) on 0..255. Rows and columns are looked along. None where fewer than FEWEST steps stand free.
    """
    found = np.concatenate([_along(luma), _along(luma.T)])
    return float(np.quantile(found, 0.75)) if len(found) >= FEWEST else None


def _along(plane: Plane) -> Plane:
    """Of every free step (n,) in the rows of a plane."""
    profiles = _profiles(plane)
    dark, bright = profiles[:, : REACH - FAR + 1], profiles[:, REACH + FAR :]
    low, high = dark.mean(axis=1), bright.mean(axis=1)
    step = high - low
    even = np.maximum(dark.std(axis=1), bright.std(axis=1)) < UNEVEN * step
    free = even & (step >= LEAST_STEP) & (low > ROOM) & (high < 255.0 - ROOM)
    over = profiles[:, REACH + 1 : REACH + FAR].max(axis=1) - high
    under = low - profiles[:, REACH - FAR + 1 : REACH].min(axis=1)
    return np.asarray(np.minimum(over, under)[free] / step[free], np.float64)


def _profiles(plane: Plane) -> Plane:
    """(n, 2 REACH + 1), dark end first, about the pixels at which a row climbs or falls most."""
    rows, columns, falling = _edges(plane)
    away = np.arange(-REACH, REACH + 1)
    return np.asarray(plane[rows[:, None], columns[:, None] + falling[:, None] * away], np.float64)


def _edges(plane: Plane) -> tuple[Places, Places, Places]:
    """Rows and columns of the steepest pixels, REACH and more from the ends, and their slopes' signs."""
    slope = np.zeros_like(plane)
    slope[:, 1:-1] = (plane[:, 2:] - plane[:, :-2]) / 2
    steep = np.abs(slope)
    peak = steep >= LEAST_STEP / 6
    peak[:, 1:] &= steep[:, 1:] >= steep[:, :-1]
    peak[:, :-1] &= steep[:, :-1] > steep[:, 1:]
    peak[:, :REACH] = peak[:, -REACH:] = False
    rows, columns = np.nonzero(peak)
    return rows, columns, np.sign(slope[rows, columns]).astype(np.int64)
