"""Weighted means along the rows' axis, then along the columns': `resample.apply_taps` in one launch each.

A program makes a tile of one plane and walks over its line's taps. Every tap is one product and one sum, in
order and without fused multiply-add, so that the bits are those of torch on any device. What lies between the
two passes is a scratch plane of the output's height and the input's width.

Tiles are 16 x 64, so that a warp writes whole sectors of a row; what neighbouring positions read twice comes
from the L1 cache.
"""

from __future__ import annotations

import torch
import triton
import triton.language as tl

from degrade.functional.gpu.call import Call
from degrade.functional.gpu.packed import ROW, finished
from degrade.functional.gpu.taps import COLUMNS

TILE = (16, 64)
WARPS = 4

_COLUMNS = tl.constexpr(COLUMNS)


@triton.jit
def _mean(read, stride, line, start, firsts, weights, y, x, DIM: tl.constexpr):
    """The weighted means at places y and x of the plane at `read`, in the weights' type."""
    position = y if DIM == 2 else x
    last = tl.load(line + 2).to(tl.int32) - 1
    positions = tl.load(line + 3).to(tl.int32)
    first = tl.load(firsts + tl.load(start) + position)
    weight = weights + tl.load(start + 1) + position
    total = tl.zeros((y.shape[0], x.shape[1]), weights.dtype.element_ty)
    for tap in range(tl.load(line + 6).to(tl.int32)):
        picked = tl.minimum(tl.maximum(first + tap, 0), last)
        at = picked * stride + x if DIM == 2 else y * stride + picked
        total = total + tl.load(read + at) * tl.load(weight + tap * positions)
    return total


@triton.jit
def _slots(
    source, target, rows, finish, scratch, lines, starts, firsts, weights, channels,
    DIM: tl.constexpr, ROWS: tl.constexpr, COLUMNS: tl.constexpr,
):  # fmt: skip
    """From the slot to the scratch along the rows' axis, or from there to the other slot along the columns'."""
    sample = tl.program_id(1)
    row = rows + sample * ROW
    height, width = (
        tl.load(row + 4).to(tl.int32),
        tl.load(row + (3 if DIM == 2 else 5)).to(tl.int32),
    )
    tiles_x = tl.cdiv(width, COLUMNS)
    tiles = tl.cdiv(height, ROWS) * tiles_x
    plane = tl.program_id(0) // tiles
    if plane >= channels:
        return
    tile = tl.program_id(0) % tiles
    y = (tile // tiles_x) * ROWS + tl.arange(0, ROWS)[:, None]
    x = (tile % tiles_x) * COLUMNS + tl.arange(0, COLUMNS)[None, :]
    inside = (y < height) & (x < width)
    stride = tl.load(row + 3).to(tl.int32)
    number = 2 * sample + DIM - 2
    if DIM == 2:
        read = source + tl.load(row) + plane.to(tl.int64) * tl.load(row + 2) * stride
        write = target + tl.load(scratch + sample) + plane.to(tl.int64) * height * width
    else:
        read = source + tl.load(scratch + sample) + plane.to(tl.int64) * height * stride
        write = target + tl.load(row + 1) + plane.to(tl.int64) * height * width
    # Clamped positions need no mask where they read.
    mean = _mean(
        read, stride, lines + number * _COLUMNS, starts + 2 * number, firsts, weights,
        tl.minimum(y, height - 1), tl.minimum(x, width - 1), DIM,
    )  # fmt: skip
    if DIM == 3:
        mean = finished(mean, finish, sample)
    tl.store(write + y * width + x, mean, mask=inside)


def resize(call: Call, firsts: torch.Tensor, weights: torch.Tensor) -> None:
    """`resample.resample` of float32 samples, bit for bit, in two launches.

    firsts, weights: of `taps.make_taps`, two lines a sample, rows' before columns'. Tables: lines and starts as
    there, with axes (b, 2, ...); scratch int64 (b,), where a sample's rows begin between the two passes.
    """
    tables = call.tables
    between = call.before.copy()
    between[:, 0] = call.after[:, 0]
    middle = torch.empty(call.values(between), device=call.pixels.device)
    lines = (tables["scratch"], tables["lines"], tables["starts"], firsts, weights)
    for dim, sides, source, target in (
        (2, between, call.pixels, middle),
        (3, call.after, middle, call.pixels),
    ):
        grid = (call.tiles(sides, *TILE), len(sides))
        _slots[grid](
            source, target, call.rows, call.finish, *lines, call.channels, dim, *TILE,
            num_warps=WARPS, enable_fp_fusion=False,
        )  # fmt: skip


@triton.jit
def _canvas(
    source, target, lines, starts, firsts, weights, channels, height_in, width_in, height, width,
    DIM: tl.constexpr, ROWS: tl.constexpr, COLUMNS: tl.constexpr,
):  # fmt: skip
    tiles_x = tl.cdiv(width, COLUMNS)
    tiles = tl.cdiv(height, ROWS) * tiles_x
    plane = tl.program_id(0) // tiles
    tile = tl.program_id(0) % tiles
    sample = plane // channels
    y = (tile // tiles_x) * ROWS + tl.arange(0, ROWS)[:, None]
    x = (tile % tiles_x) * COLUMNS + tl.arange(0, COLUMNS)[None, :]
    inside = (y < height) & (x < width)
    number = 2 * sample + DIM - 2
    line = lines + number * _COLUMNS
    own = tl.load(line + 3).to(tl.int32)
    read = source + plane.to(tl.int64) * height_in * width_in
    write = target + plane.to(tl.int64) * height * width
    y_read, x_read = tl.minimum(y, height_in - 1), tl.minimum(x, width_in - 1)
    if DIM == 2:
        y_read = tl.minimum(y, own - 1)
    else:
        x_read = tl.minimum(x, own - 1)
    mean = _mean(read, width_in, line, starts + 2 * number, firsts, weights, y_read, x_read, DIM)
    tl.store(write + y * width + x, mean, mask=inside)


def resize_canvas(
    images: torch.Tensor,
    lines: torch.Tensor,
    starts: torch.Tensor,
    firsts: torch.Tensor,
    weights: torch.Tensor,
    size: tuple[int, int],
) -> torch.Tensor:
    """`resample.resample` of a canvas b c H W in the weights' type, to a canvas of this size.

    Beyond a sample's own output the values are finite and without meaning.
    """
    batch, channels = images.shape[:2]
    for dim in (2, 3):
        height_in, width_in = images.shape[2:]
        height, width = (size[0], width_in) if dim == 2 else size
        out = images.new_empty((batch, channels, height, width))
        tiles = triton.cdiv(height, TILE[0]) * triton.cdiv(width, TILE[1])
        _canvas[(batch * channels * tiles,)](
            images.contiguous(), out, lines, starts, firsts, weights, channels,
            height_in, width_in, height, width, dim, *TILE,
            num_warps=WARPS, enable_fp_fusion=False,
        )  # fmt: skip
        images = out
    return images
