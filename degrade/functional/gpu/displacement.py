"""Pixels displaced from slot to slot, in one launch: `sampling.read_along` down, then across, bit for bit.

A program reads the sixteen pixels about each of its places: down at four columns, then across. What lies
between is rounded to float32 where the definition's canvas has it so.
"""

from __future__ import annotations

import triton
import triton.language as tl

from degrade.functional import color
from degrade.functional.gpu.call import Call
from degrade.functional.gpu.kinds import COMBED, MAGNIFIED, SHIFTED_CHROMA
from degrade.functional.gpu.light import mixed
from degrade.functional.gpu.packed import clamped, finished, placed

TILE = (4, 64)
WARPS = 4

_MAGNIFIED = tl.constexpr(MAGNIFIED)
_COMBED = tl.constexpr(COMBED)
_SHIFTED_CHROMA = tl.constexpr(SHIFTED_CHROMA)
_TO_LUMA = tl.constexpr(color.YCBCR_FROM_RGB[0])
_TO_BLUE = tl.constexpr(color.YCBCR_FROM_RGB[1])
_TO_RED = tl.constexpr(color.YCBCR_FROM_RGB[2])
_BACK = tl.constexpr(color.RGB_FROM_YCBCR)

VALUE, LUMA, BLUE, RED = (tl.constexpr(kind) for kind in range(4))
"""What is read of a pixel: a plane's value, or a part of its colour."""


@triton.jit
def cubic(t, TAP: tl.constexpr):
    """`sampling.cubic_weights`."""
    if TAP == 0:
        weight = t * (t * (1.0 - 0.5 * t) - 0.5)
    elif TAP == 1:
        weight = t * t * (1.5 * t - 2.5) + 1.0
    elif TAP == 2:
        weight = t * (t * (2.0 - 1.5 * t) + 0.5)
    else:
        weight = t * t * (0.5 * t - 0.5)
    return weight


@triton.jit
def _product(at, area, WEIGHTS: tl.constexpr):
    """A part of a colour, added in order."""
    red, green = tl.load(at).to(tl.float64), tl.load(at + area).to(tl.float64)
    blue = tl.load(at + 2 * area).to(tl.float64)
    return mixed(red, green, blue, WEIGHTS)


@triton.jit
def _read(at, area, KIND: tl.constexpr):
    if KIND == LUMA:
        value = _product(at, area, _TO_LUMA)
    elif KIND == BLUE:
        value = _product(at, area, _TO_BLUE)
    elif KIND == RED:
        value = _product(at, area, _TO_RED)
    else:
        value = tl.load(at).to(tl.float64)
    return value


@triton.jit
def _down(source, column, first, t, sides, KIND: tl.constexpr):
    """Read down a column, in float64."""
    total = t * 0.0 + (column * 0).to(tl.float64)
    for tap in tl.static_range(4):
        at = source + clamped(first + (tap - 1), sides[0] - 1) * sides[1] + column
        total = total + _read(at, sides[0] * sides[1], KIND) * cubic(t, tap)
    return total


@triton.jit
def read(source, down, right, sides, KIND: tl.constexpr):
    """A sample at places in float64, its border repeated."""
    row, column = tl.floor(down), tl.floor(right)
    first_row, first_column = row.to(tl.int32), column.to(tl.int32)
    total = (down + right) * 0.0
    for tap in tl.static_range(4):
        place = clamped(first_column + (tap - 1), sides[1] - 1)
        value = _down(source, place, first_row, down - row, sides, KIND)
        if KIND == VALUE:
            value = value.to(tl.float32).to(tl.float64)
        total = total + value * cubic(right - column, tap)
    return total


@triton.jit
def _magnified(place, side, scale):
    middle = (side.to(tl.float64) - 1.0) / 2.0
    return middle + (place - middle) / scale


@triton.jit
def _places(y, x, sides, kind, first, second):
    """Where the pixels of a plane are read; first, second: its numbers down and across."""
    if kind == _MAGNIFIED:
        down = _magnified(y, sides[0], first) + x * 0.0
        right = _magnified(x, sides[1], first) + y * 0.0
    elif kind == _COMBED:
        odd = (y.to(tl.int32) & 1).to(tl.float64) * 2.0 - 1.0
        down, right = y + x * 0.0, x - odd * second
    else:
        down, right = y - first + x * 0.0, x - second + y * 0.0
    return down, right


@triton.jit
def _plane_read(source, area, y, x, plane, channels, sides, kind, numbers):
    """One plane. The first channel has the first two numbers, the last the others, those between them none."""
    outer = tl.where(plane == 0, 0, 2)
    stays = (plane > 0) & (plane < channels - 1) & (kind != _COMBED)
    still = tl.where(kind == _MAGNIFIED, 1.0, 0.0)
    first = tl.where(stays, still, tl.load(numbers + outer))
    second = tl.where(stays, still, tl.load(numbers + outer + 1))
    down, right = _places(y, x, sides, kind, first, second)
    return read(source + plane.to(tl.int64) * area, down, right, sides, VALUE)


@triton.jit
def _chroma_read(source, y, x, plane, sides, numbers):
    """A channel of a picture whose chroma is shifted and whose luma stays."""
    blue = read(source, y - tl.load(numbers + 2), x - tl.load(numbers + 3), sides, BLUE)
    red = read(source, y - tl.load(numbers), x - tl.load(numbers + 1), sides, RED)
    luma = read(source, y + x * 0.0, x + y * 0.0, sides, LUMA)
    if plane == 0:
        value = mixed(luma, blue, red, _BACK[0])
    elif plane == 1:
        value = mixed(luma, blue, red, _BACK[1])
    else:
        value = mixed(luma, blue, red, _BACK[2])
    return value


@triton.jit
def _displace(
    pixels, rows, finish, numbers, kinds, channels, ROWS: tl.constexpr, COLUMNS: tl.constexpr
):
    sample, row, sides, plane, y, x, there = placed(rows, ROWS, COLUMNS)
    kind, own = tl.load(kinds + sample), numbers + 4 * sample
    if plane >= channels:
        return
    area, source = sides[0] * sides[1], pixels + tl.load(row)
    wide_y, wide_x = y.to(tl.float64), x.to(tl.float64)
    if kind == _SHIFTED_CHROMA:
        value = _chroma_read(source, wide_y, wide_x, plane, sides, own)
    else:
        value = _plane_read(source, area, wide_y, wide_x, plane, channels, sides, kind, own)
    out = pixels + tl.load(row + 1) + plane.to(tl.int64) * area + y * sides[1] + x
    tl.store(out, finished(value.to(tl.float32), finish, sample), mask=there)


def displace(call: Call) -> None:
    """`operators.displacement`'s operators on samples, in one launch.

    Tables: kinds int32 (b,); numbers float64 (b, 4), of the first channel down and across, and of the last: the
    shift, or the magnification; for a comb half of it, to the right in odd rows, in the second and fourth.
    """
    _displace[(call.tiles(call.before, *TILE), len(call.before))](
        call.pixels, call.rows, call.finish, call.tables["numbers"], call.tables["kinds"],
        call.channels, *TILE, num_warps=WARPS, enable_fp_fusion=False,
    )  # fmt: skip
