"""MATLAB's bicubic resize from slot to slot: `matlab.imresize` in two launches, one an axis.

Each sample takes the axis of the smaller scale first, as MATLAB does. Every tap is one product and one sum in
float64, in order and without fused multiply-add; a sample taken as eight bits is rounded and limited after each
axis. Between the two lies a scratch plane of float64.
"""

from __future__ import annotations

import torch
import triton
import triton.language as tl

from degrade.functional.gpu.call import Call, Integers
from degrade.functional.gpu.packed import ROW, finished, nearest, tile

TILE = (16, 64)
WARPS = 4
FIELDS = 4

_FIELDS = tl.constexpr(FIELDS)


@triton.jit
def _limited(value):
    return tl.minimum(tl.maximum(value, 0.0), 255.0)


@triton.jit
def _read(at, eight_bit, SECOND: tl.constexpr):
    """A value in float64; the image's own as a whole number up to 255 where it is taken as eight bits."""
    value = tl.load(at)
    if not SECOND:
        value = tl.where(eight_bit != 0, _limited(nearest(value * 255.0)), value)
    return value.to(tl.float64)


@triton.jit
def _axis(
    source, target, rows, finish, passes, scratch, eight_bits, index, weights, channels,
    SECOND: tl.constexpr, ROWS: tl.constexpr, COLUMNS: tl.constexpr,
):  # fmt: skip
    sample = tl.program_id(1)
    row, own = rows + sample * ROW, passes + (2 * sample + SECOND) * _FIELDS
    across = tl.load(own).to(tl.int32)
    height_in, width_in = tl.load(row + 2).to(tl.int32), tl.load(row + 3).to(tl.int32)
    height, width = tl.load(row + 4).to(tl.int32), tl.load(row + 5).to(tl.int32)
    # The first pass changes one side, the second has it changed.
    if SECOND:
        height_in = tl.where(across != 0, height, height_in)
        width_in = tl.where(across != 0, width_in, width)
    else:
        height = tl.where(across != 0, height_in, height)
        width = tl.where(across != 0, width, width_in)
    plane, y, x, inside = tile((height, width), ROWS, COLUMNS)
    if plane >= channels:
        return
    y, x = tl.minimum(y, height - 1), tl.minimum(x, width - 1)
    eight_bit = tl.load(eight_bits + sample)
    between, planes = tl.load(scratch + sample), plane.to(tl.int64)
    read = source + (between if SECOND else tl.load(row)) + planes * height_in * width_in
    positions = tl.load(own + 3).to(tl.int32)
    first = tl.load(own + 1) + tl.where(across != 0, x, y)
    fixed = tl.where(across != 0, y * width_in, x)
    step = tl.where(across != 0, 1, width_in)
    total = tl.zeros((ROWS, COLUMNS), tl.float64)
    for tap in range(tl.load(own + 2).to(tl.int32)):
        picked = tl.load(index + first + tap * positions)
        value = _read(read + fixed + picked * step, eight_bit, SECOND)
        total = total + value * tl.load(weights + first + tap * positions)
    if eight_bit != 0:
        total = _limited(tl.floor(total + 0.5))
    write = target + (tl.load(row + 1) if SECOND else between) + planes * height * width
    write += y * width + x
    if SECOND:
        if eight_bit != 0:
            total = total / 255.0
        tl.store(write, finished(total.to(tl.float32), finish, sample), mask=inside)
    else:
        tl.store(write, total, mask=inside)


def imresize(call: Call, between: Integers) -> None:
    """`matlab.imresize` of float32 samples, exactly, in two launches.

    between: int64 (n, 2) on the host, sides of all of the form's samples after their first pass. Tables: passes
    int64 (b, 2, 4), whether the pass goes across a row, where its taps begin, how many a position has, and the
    positions; scratch int64 (b,); eight_bits int32 (b,); index int32 and weights float64, all taps end to end,
    tap after tap for all positions.
    """
    tables, sides = call.tables, between[call.first : call.first + len(call.before)]
    middle = torch.empty(call.values(sides), dtype=torch.float64, device=call.pixels.device)
    own = [tables[name] for name in ("passes", "scratch", "eight_bits", "index", "weights")]
    for second, to, source, target in (
        (False, sides, call.pixels, middle),
        (True, call.after, middle, call.pixels),
    ):
        _axis[(call.tiles(to, *TILE), len(to))](
            source, target, call.rows, call.finish, *own, call.channels, second, *TILE,
            num_warps=WARPS, enable_fp_fusion=False,
        )  # fmt: skip
