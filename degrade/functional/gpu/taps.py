"""Weighted means along one axis: `resample.apply_taps` in one launch.

A program makes a tile of one plane and walks over the taps that its own positions have: none where a sample
ends before the canvas does, few where another sample of the batch has many. Every tap is one product and one
sum, in order and without fused multiply-add, so that the bits are those of torch on any device.

Tiles are 16 x 64, so that a warp writes whole sectors of a row; what neighbouring positions read twice comes
from the L1 cache.
"""

from __future__ import annotations

import torch
import triton
import triton.language as tl

TILE = (16, 64)
WARPS = 4


@triton.jit
def _apply_taps(
    images, index, weight, counts, out,
    channels, height_in, width_in, height, width, taps,
    DIM: tl.constexpr, ROWS: tl.constexpr, COLUMNS: tl.constexpr,
):  # fmt: skip
    tiles_x = tl.cdiv(width, COLUMNS)
    tiles = tl.cdiv(height, ROWS) * tiles_x
    plane = tl.program_id(0) // tiles
    tile = tl.program_id(0) % tiles
    y = (tile // tiles_x) * ROWS + tl.arange(0, ROWS)[:, None]
    x = (tile % tiles_x) * COLUMNS + tl.arange(0, COLUMNS)[None, :]
    inside = (y < height) & (x < width)
    place = out + plane.to(tl.int64) * height * width + y * width + x
    # Clamped positions need no mask where they read.
    y, x = tl.minimum(y, height - 1), tl.minimum(x, width - 1)
    sample = plane // channels
    position = sample * height + y if DIM == 2 else sample * width + x
    source = images + plane.to(tl.int64) * height_in * width_in
    total = tl.zeros((ROWS, COLUMNS), out.dtype.element_ty)
    for tap in range(tl.max(tl.load(counts + position))):
        picked = tl.load(index + position * taps + tap)
        part = tl.load(weight + position * taps + tap)
        at = picked * width_in + x if DIM == 2 else y * width_in + picked
        total = total + tl.load(source + at) * part
    tl.store(place, total, mask=inside)


def apply_taps(
    images: torch.Tensor, index: torch.Tensor, weight: torch.Tensor, dim: int
) -> torch.Tensor:
    """`resample.apply_taps`, bit for bit: images float32 or float64."""
    source, shape = images.contiguous(), list(images.shape)
    shape[dim] = index.shape[1]
    out = images.new_empty(shape)
    if out.numel() == 0:
        return out
    weight = weight.to(images.dtype).contiguous()
    numbers = torch.arange(1, weight.shape[2] + 1, dtype=torch.int32, device=images.device)
    counts = torch.where(weight != 0, numbers, 0).amax(2)
    planes, (height, width) = shape[0] * shape[1], shape[2:]
    grid = (planes * triton.cdiv(height, TILE[0]) * triton.cdiv(width, TILE[1]),)
    _apply_taps[grid](
        source, index.to(torch.int32).contiguous(), weight, counts, out,
        *images.shape[1:], height, width, weight.shape[2], dim, *TILE,
        num_warps=WARPS, enable_fp_fusion=False,
    )  # fmt: skip
    return out
