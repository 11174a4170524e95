"""Modulation transfer of blur kernels: how much contrast each spatial frequency keeps.

The modulation at frequency f (cycles per pixel) and direction t is the modulus of the sum of
k(x, y) exp(-2 pi i f (x cos t + y sin t)) over that of k(x, y).
MTF50, the frequency at which it has fallen to one half, is the usual single number of sharpness (ISO 12233).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

NYQUIST = 0.5
STEPS = 64
DIRECTIONS = 12


def modulation(kernel: Floats, frequencies: Floats, angle: float) -> Floats:
    """The modulation (n,) at frequencies (n,), cycles per pixel, along `angle`, radians from x towards y.

    kernel: (k, k), k odd, of any sum but 0.
    """
    offsets = np.arange(kernel.shape[0]) - kernel.shape[0] // 2
    turns = -2j * math.pi * frequencies[:, None] * offsets
    along_x, along_y = np.exp(turns * math.cos(angle)), np.exp(turns * math.sin(angle))
    transfer = ((along_y @ kernel) * along_x).sum(1)
    return np.asarray(np.abs(transfer) / abs(kernel.sum()), np.float64)


def _mean_modulation(kernel: Floats, frequencies: Floats, angles: Sequence[float]) -> Floats:
    values = [modulation(kernel, frequencies, angle) for angle in angles]
    return np.asarray(np.mean(values, axis=0), np.float64)


def mtf50(kernel: Floats, angle: float | None = None) -> float:
    """The lowest frequency at which the modulation is one half, cycles per pixel, to 1e-6.

    angle: a direction, radians from x towards y; None takes the mean of the modulation over directions.
    A kernel that keeps more than half of everything has 0.5, the highest frequency that pixels can hold.
    """
    every = [step * math.pi / DIRECTIONS for step in range(DIRECTIONS)]
    angles = every if angle is None else [angle]
    low, high = 0.0, NYQUIST
    for _ in range(2):
        frequencies = np.linspace(low, high, STEPS + 1, dtype=np.float64)
        values = _mean_modulation(kernel, frequencies, angles)
        below = np.flatnonzero(values <= 0.5)
        if below.size == 0:
            return NYQUIST
        first = max(int(below[0]), 1)
        low, high = float(frequencies[first - 1]), float(frequencies[first])
    over, under = float(values[first - 1]), float(values[first])
    return low + (high - low) * (over - 0.5) / (over - under)
