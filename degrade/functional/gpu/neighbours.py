"""Neighbourhoods that are no correlation, from slot to slot, in one launch each: bilateral means, grown lines.

A program makes a tile of one plane; the sums of `smoothing.bilateral` are in its order, of float32. Their
exponentials are the device's, a few units in the last place off.
"""

from __future__ import annotations

import triton
import triton.language as tl

from degrade.functional.gpu.call import Call
from degrade.functional.gpu.correlation import inside
from degrade.functional.gpu.packed import finished, placed

TILE = (8, 64)
WARPS = 4


@triton.jit
def _placed(sides, plane, y, x):
    """Where the tile's pixels are read: of the sample's first plane, and of its own."""
    at = tl.minimum(y, sides[0] - 1) * sides[1] + tl.minimum(x, sides[1] - 1)
    return at, at + plane.to(tl.int64) * sides[0] * sides[1]


@triton.jit
def _distance(source, at, shifted, area, channels):
    """Sum over channels of absolute differences of pixels."""
    total = tl.abs(tl.load(source + shifted) - tl.load(source + at))
    for channel in range(1, channels):
        plane = source + channel * area
        total = total + tl.abs(tl.load(plane + shifted) - tl.load(plane + at))
    return total


@triton.jit
def _weight(distance, square, spaces, ranges):
    """Of a neighbour at a squared distance in place and at a distance in colour."""
    nearness = (square / spaces * -1.0).to(tl.float32)
    return tl.exp(distance * distance * ranges + nearness)


@triton.jit
def _bilateral(
    pixels, rows, finish, radii, spaces, ranges, channels,
    ROWS: tl.constexpr, COLUMNS: tl.constexpr,
):  # fmt: skip
    sample, row, sides, plane, y, x, there = placed(rows, ROWS, COLUMNS)
    radius = tl.load(radii + sample)
    if plane >= channels:
        return
    area, source = sides[0] * sides[1], pixels + tl.load(row)
    at, own = _placed(sides, plane, y, x)
    value = tl.load(source + own)
    total, weights = value * 0.0, value * 0.0
    folds = tl.cdiv(radius, tl.maximum(tl.minimum(sides[0], sides[1]) - 1, 1))
    for dy in range(-radius, radius + 1):
        line = inside(tl.minimum(y, sides[0] - 1) + dy, sides[0] - 1, folds) * sides[1]
        for dx in range(-radius, radius + 1):
            if dy * dy + dx * dx <= radius * radius:
                shifted = line + inside(tl.minimum(x, sides[1] - 1) + dx, sides[1] - 1, folds)
                distance = _distance(source, at, shifted, area, channels)
                weight = _weight(
                    distance, dy * dy + dx * dx, tl.load(spaces + sample), tl.load(ranges + sample)
                )
                total = total + weight * (tl.load(source + (own - at) + shifted) - value)
                weights = weights + weight
    out = finished(value + tl.div_rn(total, weights), finish, sample)
    place = pixels + tl.load(row + 1) + plane.to(tl.int64) * area + y * sides[1] + x
    tl.store(place, out, mask=there)


def bilateral(call: Call) -> None:
    """`smoothing.bilateral` of samples, in one launch.

    Tables: radii int32 (b,); spaces float64 (b,), twice the square of sigma in place; ranges float32 (b,), what
    the square of a colour's distance is multiplied by.
    """
    names = ("radii", "spaces", "ranges")
    _bilateral[(call.tiles(call.before, *TILE), len(call.before))](
        call.pixels, call.rows, call.finish, *(call.tables[name] for name in names),
        call.channels, *TILE, num_warps=WARPS, enable_fp_fusion=False,
    )  # fmt: skip


@triton.jit
def _lesser(least, source, y, x, sides, sign):
    """The lesser of values and of those at other places, the border repeated; NaN stays NaN."""
    row = tl.minimum(tl.maximum(y, 0), sides[0] - 1)
    column = tl.minimum(tl.maximum(x, 0), sides[1] - 1)
    value = tl.load(source + row * sides[1] + column) * sign
    return tl.minimum(least, value, propagate_nan=tl.PropagateNan.ALL)


@triton.jit
def _least(source, y, x, sides, radius, square, sign):
    """The least value of a square, or of a plus."""
    least = _lesser((y + x).to(tl.float32) * 0.0 + float("inf"), source, y, x, sides, sign)
    for dy in range(-radius, radius + 1):
        for dx in range(-radius, radius + 1):
            if (square != 0) | (dy == 0) | (dx == 0):
                least = _lesser(least, source, y + dy, x + dx, sides, sign)
    return least


@triton.jit
def _thicken(
    pixels, rows, finish, fields, shares, channels, ROWS: tl.constexpr, COLUMNS: tl.constexpr
):
    sample, row, sides, plane, y, x, there = placed(rows, ROWS, COLUMNS)
    field = fields + 3 * sample
    if plane < channels:
        planes, share = plane.to(tl.int64) * sides[0] * sides[1], tl.load(shares + sample)
        source, sign = pixels + tl.load(row) + planes, tl.load(field + 2).to(tl.float32)
        least = _least(source, y, x, sides, tl.load(field), tl.load(field + 1), sign)
        at = y * sides[1] + x
        value = tl.load(source + at, mask=there, other=0.0)
        mixed = (1.0 - share) * value + share * (least * sign)
        out = pixels + tl.load(row + 1) + planes + at
        tl.store(out, finished(mixed, finish, sample), mask=there)


def thicken(call: Call) -> None:
    """`operators.artefacts.line_thickening` of samples, in one launch.

    Tables: fields int32 (b, 3), the radius, whether the shape is a square, and 1 where dark lines grow, -1
    where light ones do; shares float32 (b,), of the grown picture in the mix.
    """
    _thicken[(call.tiles(call.before, *TILE), len(call.before))](
        call.pixels, call.rows, call.finish, call.tables["fields"], call.tables["shares"],
        call.channels, *TILE, num_warps=WARPS, enable_fp_fusion=False,
    )  # fmt: skip
