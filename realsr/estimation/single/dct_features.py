"""Features of block coefficients on the codec's own grid: where noise stays readable after its quantisation."""

from __future__ import annotations

import numpy as np

from realsr.estimation.codec.blocks import SIDE, Floats, coefficients
from realsr.estimation.single.coding import BlockCoding

_ORDER = np.add.outer(np.arange(SIDE), np.arange(SIDE)).reshape(-1)
BANDS = tuple(
    np.flatnonzero((low <= _ORDER) & (high >= _ORDER))
    for low, high in ((1, 2), (3, 4), (5, 6), (7, 8), (9, 10), (11, 14))
)
"""Frequencies by the sum of their two numbers."""
CHROMA_BANDS = tuple(
    np.flatnonzero((low <= _ORDER) & (high >= _ORDER)) for low, high in ((1, 4), (5, 8), (9, 14))
)
FLOOR = 0.05
FLATTEST = 0.25


def logs(values: Floats) -> Floats:
    return np.asarray(np.log(values + FLOOR), np.float32)


def flattest(energy: Floats) -> Floats:
    """Which blocks (n,) are the quarter with least detail, by the energy of their lowest band (n,)."""
    return np.asarray(energy <= np.quantile(energy, FLATTEST))


def luma_features(plane: Floats, coding: BlockCoding) -> Floats:
    """How much of each band there is, in which share of blocks, and what of it is not quantised to 0."""
    found = np.abs(coefficients(plane, coding.grid))
    energy = np.stack([found[:, band].mean(1) for band in BANDS], 1)
    flat = flattest(energy[:, 0])
    over = found > np.maximum(coding.steps, 1) / 2
    kept = np.stack([over[:, band].mean(1) for band in BANDS], 1)
    spread = logs(np.quantile(energy, [0.05, 0.2, 0.5, 0.8], axis=0)).ravel()
    parts = [spread, logs(energy[flat].mean(0)), kept.mean(0), kept[flat].mean(0), _steps(coding)]
    return np.concatenate(parts).astype(np.float32)


def _steps(coding: BlockCoding) -> Floats:
    widths = [np.log1p(coding.steps[band]).mean() for band in BANDS]
    return np.array([*widths, float(coding.known)], np.float32)


def chroma_features(planes: Floats, coding: BlockCoding) -> Floats:
    """The same of two chroma planes (2, h, w) at once, in coarser bands."""
    found = np.abs(np.concatenate([coefficients(plane, coding.grid) for plane in planes]))
    energy = np.stack([found[:, band].mean(1) for band in CHROMA_BANDS], 1)
    flat = flattest(energy[:, 0])
    spread = logs(np.quantile(energy, [0.05, 0.5], axis=0)).ravel()
    return np.concatenate([spread, logs(energy[flat].mean(0))]).astype(np.float32)
