"""Unsharp masks from slot to slot: a separable Gaussian in float64, along columns and along rows, in two
launches.

The order is that of `filtering.correlate_separable`: taps from the top down, then from left to right. Between
the two lies a scratch plane of float64.
"""

from __future__ import annotations

import torch
import triton
import triton.language as tl

from degrade.functional.gpu.call import Call
from degrade.functional.gpu.correlation import TILE, WARPS, inside
from degrade.functional.gpu.packed import ROW, finished


@triton.jit
def _smooth(read, y, x, height, width, taps, reach, ACROSS: tl.constexpr):
    """The Gaussian along one axis at places y and x of the plane at `read`, borders mirrored."""
    length = width if ACROSS else height
    folds = tl.cdiv(reach, tl.maximum(length - 1, 1))
    total = tl.zeros((y.shape[0], x.shape[1]), tl.float64)
    for tap in range(2 * reach + 1):
        if ACROSS:
            at = y * width + inside(x + (tap - reach), length - 1, folds)
        else:
            at = inside(y + (tap - reach), length - 1, folds) * width + x
        total = total + tl.load(read + at).to(tl.float64) * tl.load(taps + tap)
    return total


@triton.jit
def _mask(
    pixels, middle, rows, finish, kernels, starts, reaches, scratch, shares, channels,
    ACROSS: tl.constexpr, ROWS: tl.constexpr, COLUMNS: tl.constexpr,
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
    y = (tile // tiles_x) * ROWS + tl.arange(0, ROWS)[:, None]
    x = (tile % tiles_x) * COLUMNS + tl.arange(0, COLUMNS)[None, :]
    there = (y < height) & (x < width)
    y, x = tl.minimum(y, height - 1), tl.minimum(x, width - 1)
    place = plane.to(tl.int64) * height * width
    source, between = pixels + tl.load(row) + place, middle + tl.load(scratch + sample) + place
    taps, reach = kernels + tl.load(starts + sample), tl.load(reaches + sample)
    if ACROSS:
        smooth = _smooth(between, y, x, height, width, taps, reach, True)
        value = tl.load(source + y * width + x).to(tl.float64)
        out = value + tl.load(shares + sample) * (value - smooth)
        write = pixels + tl.load(row + 1) + place + y * width + x
        tl.store(write, finished(out.to(tl.float32), finish, sample), mask=there)
    else:
        smooth = _smooth(source, y, x, height, width, taps, reach, False)
        tl.store(between + y * width + x, smooth, mask=there)


def oversharpen(call: Call) -> None:
    """value + share * (value - Gaussian of it), in two launches.

    Tables: kernels float64, the taps end to end; starts int64 and reaches int32 (b,), where a sample's taps
    begin and how far they go; scratch int64 (b,) and shares float64 (b,).
    """
    tables = call.tables
    middle = torch.empty(call.values(call.before), dtype=torch.float64, device=call.pixels.device)
    names = ("kernels", "starts", "reaches", "scratch", "shares")
    for across in (False, True):
        _mask[(call.tiles(call.before, *TILE), len(call.before))](
            call.pixels, middle, call.rows, call.finish, *(tables[name] for name in names),
            call.channels, across, *TILE, num_warps=WARPS, enable_fp_fusion=False,
        )  # fmt: skip
