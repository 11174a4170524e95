"""Whether a kernel is a Gaussian in a square window, as most published blurs are, and which."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from realsr.estimation.pair.posterior import GAUSSIAN, Posterior
from realsr.estimation.pair.shapes import Fitted, Fitting

NEAR = 0.97
"""Correlation of the best Gaussian with the kernel below which none is looked for."""
WORSE = 1.03
"""How much larger than the kernel's the rest may be, as a standard deviation, that a Gaussian leaves."""


@dataclass(frozen=True, slots=True)
class GaussianWindow:
    """A Gaussian cut to side x side HR pixels. major, minor: sigma and its standard deviation, HR pixels."""

    side: int
    major: tuple[float, float]
    minor: tuple[float, float]


def gaussian_of(found: Posterior, scale: int) -> GaussianWindow | None:
    """The Gaussian and its window, or None where the kernel is none."""
    fitting = Fitting(found.equations, float(scale))
    free = fitting.fit(GAUSSIAN)
    if np.corrcoef(free.taps, found.taps)[0, 1] < NEAR:
        return None
    windows = range(3, found.equations.side + 1, 2)
    tries = [fitting.again(replace(GAUSSIAN, window=side), free) for side in windows]
    least = min(one.misfit for one in tries)
    chosen = next(one for one in tries if one.misfit <= least + 0.0005 * abs(least))
    rows = found.equations.rows
    if max(chosen.misfit, 0.0) > rows * (WORSE * found.noise) ** 2:
        return None
    return _window(chosen, found)


def _window(chosen: Fitted, found: Posterior) -> GaussianWindow:
    slopes = chosen.slopes(found.equations.side)
    curve = slopes.T @ found.equations.gram @ slopes
    spread = found.noise * np.sqrt(np.diag(np.linalg.pinv(curve)))[3:5]
    sigma = np.exp(chosen.parameters[2:4])
    first = int(sigma[1] > sigma[0])
    sides = [(float(sigma[axis]), float(spread[axis] * sigma[axis])) for axis in (first, 1 - first)]
    assert chosen.family.window is not None
    return GaussianWindow(chosen.family.window, sides[0], sides[1])
