"""Quantisation tables of a quality, and rounding to their steps."""

from __future__ import annotations

import torch
from torch import Tensor

# ITU-T T.81, tables K.1 and K.2, row by row.
LUMA_TABLE = (
    (16, 11, 10, 16, 24, 40, 51, 61),
    (12, 12, 14, 19, 26, 58, 60, 55),
    (14, 13, 16, 24, 40, 57, 69, 56),
    (14, 17, 22, 29, 51, 87, 80, 62),
    (18, 22, 37, 56, 68, 109, 103, 77),
    (24, 35, 55, 64, 81, 104, 113, 92),
    (49, 64, 78, 87, 103, 121, 120, 101),
    (72, 92, 95, 98, 112, 100, 103, 99),
)
CHROMA_TABLE = (
    (17, 18, 24, 47, 99, 99, 99, 99),
    (18, 21, 26, 66, 99, 99, 99, 99),
    (24, 26, 56, 99, 99, 99, 99, 99),
    (47, 66, 99, 99, 99, 99, 99, 99),
    *((99,) * 8,) * 4,
)
EVEN_QUALITY = 50
"""At which the tables are taken as they are."""


def percentage(quality: int) -> int:
    """By what a quality scales the tables, in hundredths, as `tables_of`."""
    return 5000 // quality if quality < EVEN_QUALITY else 200 - 2 * quality


def tables_of(quality: Tensor) -> tuple[Tensor, Tensor]:
    """Steps (b, 8, 8) int64 of luma and chroma for qualities 1..100 (b,), scaled as libjpeg does (baseline)."""
    low = torch.div(5000, quality, rounding_mode="floor")
    percent = torch.where(quality < EVEN_QUALITY, low, 200 - 2 * quality).view(-1, 1, 1)

    def scaled(rows: tuple[tuple[int, ...], ...]) -> Tensor:
        table = torch.tensor(rows, dtype=torch.int64).to(quality.device, non_blocking=True)
        hundredths = table * percent + 50
        return torch.div(hundredths, 100, rounding_mode="floor").clamp(1, 255)

    return scaled(LUMA_TABLE), scaled(CHROMA_TABLE)


def requantised(coefficients: Tensor, steps: Tensor) -> Tensor:
    """Coefficients times 8, as the forward DCT leaves them, rounded to multiples of steps; without the 8.

    Both float64 whole numbers; steps broadcast. Magnitudes are rounded, halves up. The half added to a whole
    numerator changes no quotient's floor, and keeps quotients off whole numbers, where a device's division
    might fall short.
    """
    level = coefficients.abs().add_(4.0 * steps + 0.5).div_(8.0 * steps).floor_()
    return level.mul_(steps).copysign_(coefficients)
