"""A photograph through one operator."""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from degrade.operators.base import Parameters
from degrade.operators.table import OPERATORS
from tests.forms import fast

Floats = npt.NDArray[np.float32]
Pixels = npt.NDArray[np.uint8]


def photograph(height: int = 61, width: int = 75, channels: int = 3) -> Pixels:
    """A coloured picture with detail at several scales."""
    generator = np.random.default_rng(3)
    out = np.zeros((height, width, channels))
    for cells, weight in ((4, 0.6), (16, 0.25), (40, 0.15)):
        coarse = generator.random((cells, cells, channels))
        grown = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
        out += weight * grown.reshape(height, width, channels)
    return np.clip(np.rint(out * 255), 0, 255).astype(np.uint8)


def floats(pixels: Pixels) -> Floats:
    return np.divide(pixels, np.float32(255), dtype=np.float32)


def run(name: str, image: Floats, **values: Any) -> Floats:
    row = OPERATORS[name]
    record: Parameters = row.parameters(**values)
    return np.asarray(fast(row, image, record))


def psnr(first: Floats, second: Floats) -> float:
    error = float(np.mean((first.astype(np.float64) - second) ** 2))
    return -10 * math.log10(max(error, 1e-12))
