"""Correlation of each sample with its own kernel, at that kernel's true support.

A program makes one tile of one plane. It walks over the taps of the sample's own support only, row by row, each
row summed in float32 by fused multiply-adds from left to right and added to a float64 total: the order of
`filtering.correlate`, whose depthwise convolution does the same on CUDA. Taps outside the support are zeros
there and change no bit.

Tiles are 16 x 64: a warp reads whole lines of a row, the shifted reads of a tile and its rim (36 x 84 float32
at 21 taps, 12 kB) come from the L1 cache, and eight pixels a thread hide their latency. Tiles beyond a sample's
own size end at once.
"""

from __future__ import annotations

import torch
import triton
import triton.language as tl

from degrade.functional.filtering import Border, extend

TILE = (16, 64)
WARPS = 4


@triton.jit
def _correlate(
    source, kernels, reaches, heights, widths, out,
    channels, height, width, side,
    ROWS: tl.constexpr, COLUMNS: tl.constexpr,
):  # fmt: skip
    tiles_x = tl.cdiv(width, COLUMNS)
    tiles = tl.cdiv(height, ROWS) * tiles_x
    plane = tl.program_id(0) // tiles
    tile = tl.program_id(0) % tiles
    sample = plane // channels
    top, left = (tile // tiles_x) * ROWS, (tile % tiles_x) * COLUMNS
    own_height, own_width = tl.load(heights + sample), tl.load(widths + sample)
    if (top >= own_height) | (left >= own_width):
        return
    y = top + tl.arange(0, ROWS)[:, None]
    x = left + tl.arange(0, COLUMNS)[None, :]
    inside = (y < own_height) & (x < own_width)
    wide = width + side - 1
    # A scalar address that moves and offsets that stay take one instruction a pixel; clamped ones need no mask.
    corner = source + plane.to(tl.int64) * (height + side - 1) * wide
    offsets = tl.minimum(y, height - 1) * wide + tl.minimum(x, width - 1)
    weights = kernels + sample * side * side
    reach = tl.load(reaches + sample)
    first, last = side // 2 - reach, side // 2 + reach
    total = tl.zeros((ROWS, COLUMNS), tl.float64)
    for row in range(first, last + 1):
        part = tl.zeros((ROWS, COLUMNS), tl.float32)
        line, taps = corner + row * wide, weights + row * side
        for column in range(first, last + 1):
            part = tl.fma(tl.load(line + column + offsets), tl.load(taps + column), part)
        total += part.to(tl.float64)
    place = out + plane.to(tl.int64) * height * width + y * width + x
    tl.store(place, total.to(tl.float32), mask=inside)


def correlate(
    images: torch.Tensor,
    kernels: torch.Tensor,
    heights: torch.Tensor,
    widths: torch.Tensor,
    border: Border = "reflect101",
) -> torch.Tensor:
    """`filtering.correlate` of float32 images; beyond a sample's own size nothing is written."""
    batch, channels, height, width = images.shape
    out = torch.empty((batch, channels, height, width), device=images.device)
    if out.numel() == 0:
        return out
    side = kernels.shape[-1]
    source = extend(images, 2, side // 2, heights, border, height)
    source = extend(source, 3, side // 2, widths, border, width)
    weights = kernels.to(torch.float32).contiguous()
    grid = (batch * channels * triton.cdiv(height, TILE[0]) * triton.cdiv(width, TILE[1]),)
    _correlate[grid](
        source, weights, _reaches(weights), heights, widths, out,
        channels, height, width, side, *TILE, num_warps=WARPS,
    )  # fmt: skip
    return out


def _reaches(kernels: torch.Tensor) -> torch.Tensor:
    """How far from the centre (b, k, k) kernels have taps other than 0: int32 (b,), without a host read."""
    offsets = (
        torch.arange(kernels.shape[-1], device=kernels.device) - kernels.shape[-1] // 2
    ).abs()
    ring = torch.maximum(offsets.view(-1, 1), offsets)
    return torch.where(kernels != 0, ring, 0).amax((1, 2)).to(torch.int32)
