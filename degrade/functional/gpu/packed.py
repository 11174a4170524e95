"""Samples that lie packed in memory: what every kernel that reads one from its slot and writes another shares.

A sample is c planes of h x w one after another, without padding, at an offset of its own. A launch takes many
samples: axis 1 of its grid is the sample, axis 0 the sample's tiles, and programs beyond a sample's own end at
once. A row of the table `rows` says where a sample lies: source offset, target offset, height and width before,
height and width after. A row of `finish` says what is done to every value before it is written: low, high and
steps, as the operators `clamp` and `quantise` do it, in this order; steps 0 rounds nothing.
"""

from __future__ import annotations

import triton
import triton.language as tl

ROW = tl.constexpr(6)
FINISH = tl.constexpr(3)

_WHOLE = tl.constexpr(2.0**23)
"""From here on every float32 is a whole number."""

BLOCK = 1024
WARPS = 4


@triton.jit
def tile(sides, ROWS: tl.constexpr, COLUMNS: tl.constexpr):
    """The program's tile of a sample's planes of some height and width.

    Plane, rows, columns, and which of its places lie in the plane; planes that the sample does not have are for
    the caller to leave.
    """
    across = tl.cdiv(sides[1], COLUMNS)
    tiles = tl.cdiv(sides[0], ROWS) * across
    number = tl.program_id(0) % tiles
    y = (number // across) * ROWS + tl.arange(0, ROWS)[:, None]
    x = (number % across) * COLUMNS + tl.arange(0, COLUMNS)[None, :]
    return tl.program_id(0) // tiles, y, x, (y < sides[0]) & (x < sides[1])


@triton.jit
def sides_of(row):
    """Height and width of a sample before its step, int32."""
    return tl.load(row + 2).to(tl.int32), tl.load(row + 3).to(tl.int32)


@triton.jit
def placed(rows, ROWS: tl.constexpr, COLUMNS: tl.constexpr):
    """The program's sample, its row of `rows`, height and width before the step, and the tile of them."""
    sample = tl.program_id(1)
    row = rows + sample * ROW
    sides = sides_of(row)
    plane, y, x, there = tile(sides, ROWS, COLUMNS)
    return sample, row, sides, plane, y, x, there


@triton.jit
def clamped(place, last):
    """The nearest place from 0 to the last one."""
    return tl.minimum(tl.maximum(place, 0), last)


@triton.jit
def nearest(value):
    """The nearest whole number of a float32, halves to even."""
    size = tl.abs(value)
    rounded = tl.where(size < _WHOLE, (size + _WHOLE) - _WHOLE, size)
    return tl.where(value < 0.0, -rounded, rounded)


@triton.jit
def finished(value, finish, sample):
    """A value limited and rounded as the sample's row of `finish` says; NaN stays NaN."""
    low, high = tl.load(finish + sample * FINISH), tl.load(finish + sample * FINISH + 1)
    steps = tl.load(finish + sample * FINISH + 2)
    value = tl.maximum(value, low, propagate_nan=tl.PropagateNan.ALL)
    value = tl.minimum(value, high, propagate_nan=tl.PropagateNan.ALL)
    if steps > 0.0:
        value = tl.div_rn(nearest(value * steps), steps)
    return value


@triton.jit
def eight_bits(value):
    """rint(255 x) of x clipped to [0, 1], int32, halves to even; a NaN becomes 0."""
    clipped = tl.minimum(tl.maximum(value, 0.0), 1.0)
    return nearest(clipped * 255.0).to(tl.int32)
