"""Features of what a Laplacian leaves: noise in the flattest places, and whether channels share it."""

from __future__ import annotations

import cv2
import numpy as np

from realsr.estimation.codec.blocks import Bytes, Floats
from realsr.estimation.single.dct_features import logs

KERNEL = np.outer([1, -2, 1], [1, -2, 1]).astype(np.float32) / 6
"""Immerkaer 1996: of unit response to white noise, none to planes."""
CELL = 8
QUANTILES = (0.02, 0.1, 0.25, 0.5)


def residual(plane: Floats) -> Floats:
    """(h, w) -> (h - 2, w - 2)."""
    return np.asarray(cv2.filter2D(plane, -1, KERNEL)[1:-1, 1:-1], np.float32)


def cells(left: Floats) -> Floats:
    """The mean magnitude (n,) in cells of 8 x 8 of a residual (h, w)."""
    rows, columns = (length // CELL for length in left.shape)
    part = np.abs(left[: rows * CELL, : columns * CELL]).reshape(rows, CELL, columns, CELL)
    return np.asarray(part.mean((1, 3)).ravel(), np.float32)


def residual_features(planes: Floats) -> Floats:
    """Quantiles over cells of luma and two chroma planes (3, h, w)."""
    found = [logs(np.quantile(cells(residual(plane)), QUANTILES)) for plane in planes]
    return np.concatenate(found).astype(np.float32)


def shared(pixels: Bytes) -> Floats:
    """How far the channels of pixels (h, w, 3) share their residual (3,), in the flatter half of them."""
    left = [residual(pixels[..., channel].astype(np.float32)) for channel in range(3)]
    size = np.abs(left[0]) + np.abs(left[1]) + np.abs(left[2])
    flat = size <= np.median(cv2.blur(size, (CELL, CELL))) * 2
    rows = np.stack([each[flat] for each in left])
    rows = rows - rows.mean(1, keepdims=True)
    norms = np.sqrt((rows**2).sum(1)) + 1e-3
    pairs = ((0, 1), (1, 2), (0, 2))
    return np.array([rows[a] @ rows[b] / (norms[a] * norms[b]) for a, b in pairs], np.float32)
