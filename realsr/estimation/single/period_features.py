"""Features of the period that an enlargement leaves: interpolated pixels are smoother than the others.

Gallagher (2005), Mahdian and Saic (2008): along a row, the mean size of the second difference repeats with the
enlargement's factor.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from realsr.estimation.codec.blocks import Floats

INTERVALS = 8
LENGTH = 512
"""To which rows are padded, so that features do not depend on the picture's size."""
SMOOTH = 7
_EIGHTHS = np.arange(1, 5) / 8
AWAY = 0.006
"""Cycles per pixel round a multiple of 1/8, where the blocks of a JPEG lie."""


def frequencies() -> Floats:
    return np.asarray(np.fft.rfftfreq(LENGTH), np.float32)


_SLOW = frequencies() <= 0.05
_BLOCKS = np.abs(frequencies()[:, None] - _EIGHTHS).min(1) <= AWAY


def periods(plane: Floats, coded: bool) -> Floats:
    """How far each frequency (LENGTH / 2 + 1,) stands out of the rest, along both axes together.

    coded: whether there are blocks of a JPEG, whose own periods are then left out.
    """
    used = ~(_SLOW | _BLOCKS) if coded else ~_SLOW
    both = [_along(np.asarray(way, np.float32), used) for way in (plane, plane.T)]
    return np.asarray(np.sqrt(both[0] * both[1]), np.float32)


def _along(plane: Floats, used: npt.NDArray[np.bool_]) -> Floats:
    size = np.log(np.abs(np.diff(plane, 2, axis=1)).mean(0) + 0.1)[:LENGTH]
    kernel = np.ones(SMOOTH) / SMOOTH
    rest = (size - np.convolve(size, kernel, "same"))[SMOOTH:-SMOOTH]
    power = np.abs(np.fft.rfft(rest * np.hanning(len(rest)), LENGTH))
    level = np.median(power[used]) + 1e-6
    return np.where(used, power / level, 0.0)


def period_features(plane: Floats, coded: bool) -> Floats:
    """The highest peak in each interval of frequency, and overall with its place."""
    found, at = periods(plane, coded), frequencies()
    place = np.minimum((at * 2 * INTERVALS).astype(int), INTERVALS - 1)
    peaks = [np.log1p(found[place == each].max()) for each in range(INTERVALS)]
    best = int(found.argmax())
    return np.array([*peaks, np.log1p(found[best]), at[best]], np.float32)
