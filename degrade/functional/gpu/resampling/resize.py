"""Weighted means along the rows' axis, then along the columns': `resample.apply_taps` in one launch each.

A program makes a tile of one plane and walks over its line's taps. Every tap is one product and one sum, in
order and without fused multiply-add, so that the bits are those of torch on any device. What lies between the
two passes is a scratch plane of the output's height and the input's width. A sample that is resampled as light
is decoded tap by tap on the way in and encoded on the way out, with float64 between.

Tiles are 16 x 64, so that a warp writes whole sectors of a row; what neighbouring positions read twice comes
from the L1 cache.
"""

from __future__ import annotations

import torch
import triton
import triton.language as tl

from degrade.functional.gpu.call import Call
from degrade.functional.gpu.light import from_light, to_light
from degrade.functional.gpu.packed import ROW, finished, tile
from degrade.functional.gpu.resampling.taps import COLUMNS

TILE = (16, 64)
WARPS = 4

_COLUMNS = tl.constexpr(COLUMNS)


@triton.jit
def _mean(
    read, stride, line, start, firsts, weights, y, x,
    DIM: tl.constexpr, DECODES: tl.constexpr, TYPE: tl.constexpr,
):  # fmt: skip
    """The weighted means at places y and x of the plane at `read`, in a type, of values or of their light."""
    position = y if DIM == 2 else x
    last = tl.load(line + 2).to(tl.int32) - 1
    positions = tl.load(line + 3).to(tl.int32)
    first = tl.load(firsts + tl.load(start) + position)
    weight = weights + tl.load(start + 1) + position
    total = tl.zeros((y.shape[0], x.shape[1]), TYPE)
    for tap in range(tl.load(line + 6).to(tl.int32)):
        picked = tl.minimum(tl.maximum(first + tap, 0), last)
        at = picked * stride + x if DIM == 2 else y * stride + picked
        value = tl.load(read + at).to(TYPE)
        if DECODES:
            value = to_light(value)
        total = total + value * tl.load(weight + tap * positions).to(TYPE)
    return total


@triton.jit
def _slots(
    source, target, rows, finish, scratch, lines, starts, lights, firsts, weights, channels,
    DIM: tl.constexpr, LIGHT: tl.constexpr, ROWS: tl.constexpr, COLUMNS: tl.constexpr,
):  # fmt: skip
    """From the slot to the scratch along the rows' axis, or from there to the other slot along the columns'."""
    sample = tl.program_id(1)
    row = rows + sample * ROW
    height, width = (
        tl.load(row + 4).to(tl.int32),
        tl.load(row + (3 if DIM == 2 else 5)).to(tl.int32),
    )
    plane, y, x, inside = tile((height, width), ROWS, COLUMNS)
    if plane >= channels:
        return
    stride = tl.load(row + 3).to(tl.int32)
    number = 2 * sample + DIM - 2
    if DIM == 2:
        read = source + tl.load(row) + plane.to(tl.int64) * tl.load(row + 2) * stride
        write = target + tl.load(scratch + sample) + plane.to(tl.int64) * height * width
    else:
        read = source + tl.load(scratch + sample) + plane.to(tl.int64) * height * stride
        write = target + tl.load(row + 1) + plane.to(tl.int64) * height * width
    # Clamped positions need no mask where they read.
    y_read, x_read = tl.minimum(y, height - 1), tl.minimum(x, width - 1)
    line, start = lines + number * _COLUMNS, starts + 2 * number
    if LIGHT:
        if tl.load(lights + sample) != 0:
            mean = _mean(
                read,
                stride,
                line,
                start,
                firsts,
                weights,
                y_read,
                x_read,
                DIM,
                DIM == 2,
                tl.float64,
            )
            if DIM == 3:
                mean = from_light(mean)
        else:
            # Their float32 lies in float64 between the passes.
            mean = _mean(
                read, stride, line, start, firsts, weights, y_read, x_read, DIM, False, tl.float32
            ).to(tl.float64)
    else:
        mean = _mean(
            read, stride, line, start, firsts, weights, y_read, x_read, DIM, False, tl.float32
        )
    if DIM == 3:
        mean = finished(mean.to(tl.float32), finish, sample)
    tl.store(write + y * width + x, mean, mask=inside)


def resize(call: Call, firsts: torch.Tensor, weights: torch.Tensor) -> None:
    """`resample.resample` of float32 samples, bit for bit, in two launches.

    firsts, weights: of `taps.make_taps`, two lines a sample, rows' before columns'. Tables: lines and starts as
    there, with axes (b, 2, ...); scratch int64 (b,), where a sample's rows begin between the two passes; where
    any sample of the batch is resampled as light, lights int32 (b,), and the weights are float64.
    """
    tables, light = call.tables, "lights" in call.tables
    between = call.before.copy()
    between[:, 0] = call.after[:, 0]
    dtype = torch.float64 if light else torch.float32
    middle = torch.empty(call.values(between), dtype=dtype, device=call.pixels.device)
    lights = tables["lights" if light else "scratch"]
    lines = (tables["scratch"], tables["lines"], tables["starts"], lights, firsts, weights)
    for dim, sides, source, target in (
        (2, between, call.pixels, middle),
        (3, call.after, middle, call.pixels),
    ):
        grid = (call.tiles(sides, *TILE), len(sides))
        _slots[grid](
            source, target, call.rows, call.finish, *lines, call.channels, dim, light, *TILE,
            num_warps=WARPS, enable_fp_fusion=False,
        )  # fmt: skip
