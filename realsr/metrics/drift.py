"""Brightness and colour of a whole picture that moved, the worst tile of a map, and spikes of period r."""

from __future__ import annotations

import math
from itertools import product
from typing import NamedTuple

import cv2
import numpy as np

from realsr.metrics.errors import NotDefinedError
from realsr.metrics.planes import Plane, Planes

TILE = 64
_REACH, _NEAR = 8, 2
"""Around a frequency, in bins: how far its surroundings go, and what belongs to itself (Hann's main lobe)."""
_FLOOR = 1e-2
"""Squared grey levels of a sine that are added to every power: less is the rounding of 8 bits."""


def channel_drift(sr: Planes, hr: Planes) -> tuple[float, ...]:
    """Mean of SR minus mean of HR of every channel of h w c, in grey levels."""
    return tuple(float(value) for value in (sr - hr).mean(axis=(0, 1)))


def brightness_drift(sr: Planes, hr: Planes) -> float:
    """How far the mean of all channels moved, without sign, in grey levels."""
    return abs(float((sr - hr).mean()))


def colour_drift(sr: Planes, hr: Planes) -> float:
    """How far the channels moved apart: standard deviation of their drifts, in grey levels."""
    return float(np.std(channel_drift(sr, hr)))


class WorstTile(NamedTuple):
    """value: its mean. top, left: its first pixel."""

    value: float
    top: int
    left: int


def worst_tile(values: Plane, side: int = TILE) -> WorstTile:
    """The square of a map h w whose mean is the highest, at steps of half a side; a smaller map is one tile."""
    height, width = (min(side, length) for length in values.shape)
    starts = [
        sorted({*range(0, length - part + 1, max(1, part // 2)), length - part})
        for length, part in zip(values.shape, (height, width), strict=True)
    ]
    total = cv2.integral(np.ascontiguousarray(values, dtype=np.float64))
    return max(
        WorstTile(
            float(
                total[y + height, x + width]
                - total[y, x + width]
                - total[y + height, x]
                + total[y, x]
            )
            / (height * width),
            y,
            x,
        )
        for y, x in product(*starts)
    )


def worst_tile_psnr(sr: Planes, hr: Planes, side: int = TILE) -> float:
    """PSNR in dB of the tile where it is the lowest; infinite for equal pictures."""
    worst = worst_tile(((sr - hr) ** 2).mean(axis=2), side).value
    return 10.0 * math.log10(255.0**2 / worst) if worst > 0 else math.inf


def spike(image: Plane, period: int) -> float:
    """By how many dB the strongest frequency of patterns of `period` pixels stands out of those around it.

    Frequencies k / period along columns, rows and both; Hann window, mean removed. Raises NotDefinedError for a
    picture too small to tell them apart.
    """
    if period < 2:
        raise NotDefinedError(f"a period of {period} px; a pattern repeats after 2 or more")
    sides = [side // period * period for side in image.shape]
    if min(sides) < 2 * _REACH * period:
        raise NotDefinedError(
            f"{image.shape[0]} x {image.shape[1]} px are too few for spikes of period {period}; it takes "
            f"{2 * _REACH * period} px"
        )
    power = _power(image[: sides[0], : sides[1]])
    steps = [[side * k // period for k in range(period)] for side in sides]
    return max(_stands_out(power, *place) for place in product(*steps) if any(place))


def period_spikes(sr: Plane, hr: Plane, period: int) -> float:
    """dB by which SR's spike exceeds HR's; 0 where it does not. Checkerboards of transposed convolutions and
    sub-pixel layers have the period of the scale.
    """
    return max(0.0, spike(sr, period) - max(0.0, spike(hr, period)))


def _power(image: Plane) -> Plane:
    """Of a sine, half its squared amplitude."""
    window = np.outer(*(np.hanning(side + 1)[:-1] for side in image.shape))
    spectrum = np.fft.fft2((image - image.mean()) * window) / window.sum()
    return np.asarray(2.0 * np.abs(spectrum) ** 2, dtype=np.float64)


def _stands_out(power: Plane, row: int, column: int) -> float:
    reach = range(-_REACH, _REACH + 1)
    rows, columns = ([at + step for step in reach] for at in (row, column))
    around = power.take(rows, axis=0, mode="wrap").take(columns, axis=1, mode="wrap")
    near = np.zeros_like(around, dtype=bool)
    near[_REACH - _NEAR : _REACH + _NEAR + 1, _REACH - _NEAR : _REACH + _NEAR + 1] = True
    # The two axes of the spectrum hold the picture's borders and straight lines, not its texture.
    near |= np.isin(np.array(rows) % power.shape[0], 0)[:, None] & (row != 0)
    near |= np.isin(np.array(columns) % power.shape[1], 0)[None] & (column != 0)
    surroundings = float(np.mean(around[~near]))
    return 10.0 * math.log10((power[row, column] + _FLOOR) / (surroundings + _FLOOR))
