"""Features of the power spectrum: how fast it falls, and where it ends."""

from __future__ import annotations

import numpy as np

from realsr.estimation.codec.blocks import Floats
from realsr.estimation.single.dct_features import logs

TILE, STRIDE = 32, 16
RINGS = 16
_WINDOW = np.outer(np.hanning(TILE), np.hanning(TILE)).astype(np.float32)
_ACROSS = np.abs(np.fft.fftfreq(TILE))[:, None], np.fft.rfftfreq(TILE)[None]
_RING = np.minimum((np.hypot(*_ACROSS) * 2 * RINGS).astype(int), RINGS - 1)
_COUNT = np.bincount(_RING.ravel(), minlength=RINGS)
LIVELIEST = 0.5
"""Share of tiles, those with most detail, whose mean is taken beside that of all."""


def tiles(plane: Floats) -> Floats:
    """Half-overlapping tiles (n, 32, 32) of a plane (h, w), each without its mean, windowed."""
    view = np.lib.stride_tricks.sliding_window_view(plane, (TILE, TILE))[::STRIDE, ::STRIDE]
    found = view.reshape(-1, TILE, TILE)
    return np.asarray((found - found.mean((1, 2), keepdims=True)) * _WINDOW, np.float32)


def spectrum_features(plane: Floats) -> Floats:
    """Log power by ring of frequency, and along both axes; of all tiles, and of the livelier half."""
    power = np.abs(np.fft.rfft2(tiles(plane))) ** 2 / (_WINDOW**2).sum()
    total = power.mean((1, 2))
    lively = power[total >= np.quantile(total, LIVELIEST)].mean(0)
    rings = [_rings(each) for each in (power.mean(0), lively, np.median(power, 0))]
    half = TILE // 2
    axes = [lively[2 : half + 1 : 2, :2].mean(1), lively[:2, 2 : half + 1 : 2].mean(0)]
    return np.concatenate([logs(each) for each in (*rings, *axes)]).astype(np.float32)


def _rings(power: Floats) -> Floats:
    sums = np.bincount(_RING.ravel(), weights=power.ravel(), minlength=RINGS)
    return np.asarray(sums / _COUNT, np.float32)
