"""Dithering to equally spaced levels: by Bayer's threshold matrices and by error diffusion.

Error diffusion visits pixels row by row, left to right, and spreads the error of each among pixels that come
later. A pixel depends on those to its left and, in the two rows above, up to two columns to its right. So the
pixels at one value of column + 3 * row depend only on those at lower values: they are worked on together, for
all samples and channels. The launches follow width + 3 * height, not the batch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Literal

import numpy as np
import numpy.typing as npt
import torch

Diffusion = Literal[
    "floyd_steinberg",
    "jarvis",
    "stucki",
    "burkes",
    "sierra",
    "two_row_sierra",
    "sierra_lite",
    "atkinson",
]
Weights = Mapping[tuple[int, int], float]

SLOPE = 3
"""Columns that a row lags behind the one above it."""
REACH = 2 * SLOPE + 2
"""Steps that an error may have to wait."""
ROWS_ABOVE = 2


def _weights(divisor: int, *rows: Sequence[int]) -> Weights:
    """By (rows down, columns right). The first row follows the pixel, the others are centred on it."""
    found = {(0, 1 + place): value for place, value in enumerate(rows[0])}
    for down, row in enumerate(rows[1:], start=1):
        found |= {(down, place - len(row) // 2): value for place, value in enumerate(row)}
    return MappingProxyType({to: value / divisor for to, value in found.items() if value})


DIFFUSIONS: Mapping[str, Weights] = MappingProxyType(
    {
        "floyd_steinberg": _weights(16, [7], [3, 5, 1]),
        "jarvis": _weights(48, [7, 5], [3, 5, 7, 5, 3], [1, 3, 5, 3, 1]),
        "stucki": _weights(42, [8, 4], [2, 4, 8, 4, 2], [1, 2, 4, 2, 1]),
        "burkes": _weights(32, [8, 4], [2, 4, 8, 4, 2]),
        "sierra": _weights(32, [5, 3], [2, 4, 5, 4, 2], [0, 2, 3, 2, 0]),
        "two_row_sierra": _weights(16, [4, 3], [1, 2, 3, 2, 1]),
        "sierra_lite": _weights(4, [2], [1, 1, 0]),
        "atkinson": _weights(8, [1, 1], [1, 1, 1], [0, 1, 0]),
    }
)
"""What part of its error a pixel gives to which later one.

Floyd and Steinberg, Proc. SID 17(2), 1976; Jarvis, Judice, Ninke, CGIP 5, 1976; Stucki, IBM RZ1060, 1981;
Burkes, 1988; Sierra, 1989 and 1990; Atkinson (MacPaint, 1984) gives away three quarters.
"""


def bayer_matrix(side: int) -> npt.NDArray[np.int64]:
    """Bayer's matrix of 0..side**2 - 1; side a power of two. Source: Bayer, IEEE ICC 1973."""
    matrix = np.zeros((1, 1), np.int64)
    while matrix.shape[0] < side:
        matrix = np.block([[4 * matrix, 4 * matrix + 2], [4 * matrix + 3, 4 * matrix + 1]])
    return matrix


def ordered(
    images: torch.Tensor, steps: torch.Tensor, sides: torch.Tensor, largest: int
) -> torch.Tensor:
    """floor(x * steps + (m + 1/2) / side**2) / steps, m Bayer's number at row % side and column % side.

    images: b c h w float32. steps: (b,), levels - 1. sides: int64 (b,), each 2, 4 or 8. largest: the largest of
    them. The matrix starts at the first pixel; values beyond [0, 1] stay beyond.
    """
    matrices = torch.stack([_thresholds(side, largest, images.device) for side in _sides(largest)])
    which = (sides.unsqueeze(1) > torch.tensor(_sides(largest)).to(images.device)).sum(1)
    height, width = images.shape[2:]
    tile = matrices[which].unsqueeze(1)
    rows = torch.arange(height, device=images.device) % largest
    columns = torch.arange(width, device=images.device) % largest
    threshold = tile[:, :, rows][..., columns]
    scale = steps.to(images.dtype).view(-1, 1, 1, 1)
    return torch.floor(images * scale + threshold) / scale


def _sides(largest: int) -> list[int]:
    return [side for side in (2, 4, 8) if side <= largest]


@lru_cache(maxsize=32)
def _thresholds(side: int, largest: int, device: torch.device) -> torch.Tensor:
    """A matrix's thresholds, repeated to the largest side: float32, exact."""
    thresholds = (bayer_matrix(side) + 0.5) / side**2
    repeats = largest // side
    return torch.from_numpy(np.tile(thresholds, (repeats, repeats)).astype(np.float32)).to(device)


def diffuse(
    images: torch.Tensor,
    steps: torch.Tensor,
    methods: Sequence[str],
    heights: torch.Tensor,
    widths: torch.Tensor,
) -> torch.Tensor:
    """Each value rounded to a multiple of 1 / steps, its error spread over later pixels of its channel.

    images: b c H W float32. steps: (b,), levels - 1. methods: b keys of DIFFUSIONS. heights, widths: int64
    (b,), the samples' own sizes. A result is one of the two levels about its pixel's value (that level itself,
    where the value is one), the nearest to the value with its errors. What falls beyond the border is lost.
    """
    height, width = images.shape[2:]
    scale = steps.to(images.dtype).view(-1, 1, 1)
    row, time = _skew(height, width, images.device)
    moments = _skewed(images * scale.unsqueeze(-1), time)
    inside = _inside(heights, widths, height, width).to(images.dtype)
    results = _run(moments, _skewed(inside, time), _shares(methods, images))
    back = (SLOPE * row + torch.arange(width, device=images.device)).view(1, 1, height, width)
    flat = results.permute(1, 2, 3, 0)
    return torch.gather(flat, 3, back.expand(*images.shape)) / scale.unsqueeze(-1)


def _skew(height: int, width: int, device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
    """The rows (h, 1), and for each row and moment the column whose turn it is, (h, moments)."""
    row = torch.arange(height, device=device).unsqueeze(1)
    moment = torch.arange(width + SLOPE * (height - 1), device=device)
    return row, moment - SLOPE * row


def _skewed(images: torch.Tensor, column: torch.Tensor) -> torch.Tensor:
    """b c h w by moments: (moments, b, c, h), zero where no column has its turn."""
    width = images.shape[3]
    index = column.clamp(0, width - 1).expand(*images.shape[:2], -1, -1)
    turn = (column >= 0) & (column < width)
    taken = torch.gather(images, 3, index) * turn.to(images.dtype)
    return taken.permute(3, 0, 1, 2).contiguous()


def _inside(heights: torch.Tensor, widths: torch.Tensor, height: int, width: int) -> torch.Tensor:
    """Which places of the canvas belong to their sample, bool b 1 h w."""
    rows = torch.arange(height, device=heights.device) < heights.unsqueeze(1)
    columns = torch.arange(width, device=heights.device) < widths.unsqueeze(1)
    return (rows.unsqueeze(2) & columns.unsqueeze(1)).unsqueeze(1)


def _shares(methods: Sequence[str], images: torch.Tensor) -> list[tuple[int, int, torch.Tensor]]:
    """(rows down, moments later, part (b, 1, 1)), by the order in which a pixel receives its errors."""
    places = {to for method in methods for to in DIFFUSIONS[method]}
    shares = []
    for down, right in sorted(places, reverse=True):
        part = [DIFFUSIONS[method].get((down, right), 0.0) for method in methods]
        weight = torch.tensor(part, dtype=images.dtype).to(images.device, non_blocking=True)
        shares.append((down, right + SLOPE * down, weight.view(-1, 1, 1)))
    return shares


def _run(
    moments: torch.Tensor, inside: torch.Tensor, shares: list[tuple[int, int, torch.Tensor]]
) -> torch.Tensor:
    """The levels of all moments, (moments, b, c, h)."""
    count, batch, channels, height = moments.shape
    errors = moments.new_zeros((REACH + count, batch, channels, ROWS_ABOVE + height))
    lower, upper = torch.floor(moments), torch.ceil(moments)
    results = torch.empty_like(moments)
    for moment in range(count):
        value = moments[moment]
        for down, later, part in shares:
            start = ROWS_ABOVE - down
            value = value + part * errors[REACH + moment - later, ..., start : start + height]
        level = torch.minimum(torch.maximum(torch.round(value), lower[moment]), upper[moment])
        results[moment] = level
        errors[REACH + moment, ..., ROWS_ABOVE:] = (value - level) * inside[moment]
    return results
