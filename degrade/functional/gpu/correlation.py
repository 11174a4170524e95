"""Correlation of each sample with its own kernel, at that kernel's true support, from slot to slot.

A program makes one tile of one plane. It walks over the taps of the sample's own support only, row by row, each
row summed in float32 by fused multiply-adds from left to right and added to a float64 total: the order of
`filtering.correlate`, whose depthwise convolution does the same on CUDA. Taps outside the support are zeros
there and change no bit.

Tiles are 16 x 64: a warp reads whole lines of a row, the shifted reads of a tile and its rim (36 x 84 float32
at 21 taps, 12 kB) come from the L1 cache, and eight pixels a thread hide their latency. A tile whose rim lies
within the image reads by a scalar address that moves and offsets that stay; only the others, a third of those
of 400 x 400 at 21 taps, find every pixel's place by the border's rule.
"""

from __future__ import annotations

import torch
import triton
import triton.language as tl

from degrade.functional.gpu.call import Call
from degrade.functional.gpu.packed import ROW, finished

TILE = (16, 64)
WARPS = 4


@triton.jit
def inside(position, last, folds):
    """Where a pixel at any position is read: folds 0 repeats the border pixel, others mirror so often."""
    for _ in range(folds):
        position = last - tl.abs(last - tl.abs(position))
    return tl.minimum(tl.maximum(position, 0), last)


@triton.jit
def _correlate(
    pixels, rows, finish, kernels, starts, reaches, mirrors, channels,
    ROWS: tl.constexpr, COLUMNS: tl.constexpr,
):  # fmt: skip
    sample = tl.program_id(1)
    row = rows + sample * ROW
    height, width = tl.load(row + 2).to(tl.int32), tl.load(row + 3).to(tl.int32)
    tiles_x = tl.cdiv(width, COLUMNS)
    tiles = tl.cdiv(height, ROWS) * tiles_x
    plane = tl.program_id(0) // tiles
    if plane >= channels:
        return
    tile = tl.program_id(0) % tiles
    top, left = (tile // tiles_x) * ROWS, (tile % tiles_x) * COLUMNS
    y = tl.minimum(top + tl.arange(0, ROWS)[:, None], height - 1)
    x = tl.minimum(left + tl.arange(0, COLUMNS)[None, :], width - 1)
    reach = tl.load(reaches + sample)
    weights = kernels + tl.load(starts + sample)
    side = 2 * reach + 1
    source = pixels + tl.load(row) + plane.to(tl.int64) * height * width
    total = tl.zeros((ROWS, COLUMNS), tl.float64)
    if (
        (top >= reach) & (top + ROWS + reach <= height)
        & (left >= reach) & (left + COLUMNS + reach <= width)
    ):  # fmt: skip
        offsets = y * width + x
        corner = source - reach * width - reach
        for tap_y in range(side):
            part = tl.zeros((ROWS, COLUMNS), tl.float32)
            for tap_x in range(side):
                value = tl.load(corner + tap_y * width + tap_x + offsets)
                part = tl.fma(value, tl.load(weights + tap_y * side + tap_x), part)
            total += part.to(tl.float64)
    else:
        folds = tl.load(mirrors + sample)
        if folds > 0:
            folds = tl.cdiv(reach, tl.maximum(tl.minimum(height, width) - 1, 1))
        for tap_y in range(side):
            part = tl.zeros((ROWS, COLUMNS), tl.float32)
            line = source + inside(y + (tap_y - reach), height - 1, folds) * width
            for tap_x in range(side):
                value = tl.load(line + inside(x + (tap_x - reach), width - 1, folds))
                part = tl.fma(value, tl.load(weights + tap_y * side + tap_x), part)
            total += part.to(tl.float64)
    y, x = top + tl.arange(0, ROWS)[:, None], left + tl.arange(0, COLUMNS)[None, :]
    place = pixels + tl.load(row + 1) + plane.to(tl.int64) * height * width + y * width + x
    out = finished(total.to(tl.float32), finish, sample)
    tl.store(place, out, mask=(y < height) & (x < width))


def correlate(call: Call, kernels: torch.Tensor, reaches: torch.Tensor) -> None:
    """`filtering.correlate` of float32 samples, in one launch.

    kernels: float32, the supports of all samples of the form; reaches: int32, how far each goes from its
    centre. Tables: starts int64 and mirrors int32 (b,), where a sample's support begins, and 1 where the
    border is `reflect101`.
    """
    tables, samples = call.tables, len(call.before)
    grid = (call.tiles(call.before, *TILE), samples)
    _correlate[grid](
        call.pixels, call.rows, call.finish,
        kernels, tables["starts"], reaches[call.first : call.first + samples], tables["mirrors"],
        call.channels, *TILE, num_warps=WARPS, enable_fp_fusion=False,
    )  # fmt: skip
