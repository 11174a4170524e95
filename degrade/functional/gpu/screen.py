"""Screens of print from slot to slot, in one launch: `operators.screen.halftone`, in float64."""

from __future__ import annotations

import math

import triton
import triton.language as tl

from degrade.functional.gpu.call import Call
from degrade.functional.gpu.kinds import DIAMOND, ROUND, SQUARE
from degrade.functional.gpu.light import limited
from degrade.functional.gpu.packed import finished, placed
from degrade.functional.gpu.resampling.taps import nearest

TILE = (8, 64)
WARPS = 4

_NUMBERS = tl.constexpr(13)
_ROUND = tl.constexpr(ROUND)
_DIAMOND = tl.constexpr(DIAMOND)
_SQUARE = tl.constexpr(SQUARE)
_PI = tl.constexpr(math.pi)
_QUARTER = tl.constexpr(0.25 * math.pi)
_LEAST_WIDTH = tl.constexpr(1e-6)
_LEAST_LIGHT = tl.constexpr(1e-9)


@triton.jit
def _arctangent(t):
    """Of t in [0, 1], within 1e-15: a polynomial within 1e-5 (Abramowitz and Stegun 4.4.47), and what its
    tangent leaves."""
    square = t * t
    angle = 0.1801410 + square * (-0.0851330 + square * 0.0208351)
    angle = t * (0.9998660 + square * (-0.3302995 + square * angle))
    sine, cosine = tl.sin(angle), tl.cos(angle)
    return angle + (t * cosine - sine) / (cosine + t * sine)


@triton.jit
def _round(u, v):
    square = u * u + v * v
    beyond = tl.maximum(square, 0.25)
    chord = 2.0 * tl.sqrt(beyond - 0.25)
    cornered = chord + 4.0 * beyond * ((_arctangent(chord) - _QUARTER) * -1.0)
    return tl.where(square <= 0.25, square * _PI, cornered)


@triton.jit
def _diamond(u, v):
    total = tl.abs(u) + tl.abs(v)
    rest = 1.0 - total
    return tl.where(total <= 0.5, 2.0 * (total * total), 1.0 - 2.0 * (rest * rest))


@triton.jit
def _threshold(u, v, shape):
    """`screen.SHAPES` of places in the unit cell."""
    u, v = u - nearest(u), v - nearest(v)
    if shape == _ROUND:
        threshold = _round(u, v)
    elif shape == _DIAMOND:
        threshold = _diamond(u, v)
    elif shape == _SQUARE:
        side = tl.maximum(tl.abs(u), tl.abs(v))
        threshold = 4.0 * (side * side)
    else:
        threshold = 2.0 * tl.abs(u)
    return threshold


@triton.jit
def _screen(y, x, numbers, shape, ink):
    """The screen of an ink: cyan, magenta, yellow, black. y, x: float64."""
    cell, angle = tl.load(numbers), numbers + 5 + 2 * ink
    cosine, sine = tl.load(angle), tl.load(angle + 1)
    u = (x * cosine + y * sine) / cell - tl.load(numbers + 1)
    v = (y * cosine - x * sine) / cell - tl.load(numbers + 2)
    return _threshold(u, v, shape)


@triton.jit
def _ink(coverage, threshold, softness):
    """`screen._ink`."""
    width = 2.0 * tl.minimum(coverage, 1.0 - coverage)
    width = tl.maximum(tl.minimum(width, softness), _LEAST_WIDTH)
    ink = limited((coverage - threshold) / width + 0.5, 0.0, 1.0)
    return tl.where((coverage > 0.0) & (coverage < 1.0), ink, coverage)


@triton.jit
def _coverage(at):
    return 1.0 - limited(tl.load(at).to(tl.float64), 0.0, 1.0)


@triton.jit
def _under_black(at, area, channels, flag):
    """The share of black ink: the least coverage of the three where black is printed."""
    black = _coverage(at) * 0.0
    if (channels == 3) & (flag != 0):
        black = tl.minimum(_coverage(at), _coverage(at + area), propagate_nan=tl.PropagateNan.ALL)
        black = tl.minimum(black, _coverage(at + 2 * area), propagate_nan=tl.PropagateNan.ALL)
    return black


@triton.jit
def _printed(value, black, y, x, plane, numbers, fields, channels):
    """Paper left over by the colour's ink and by black; y, x: float64."""
    softness, shape = tl.load(numbers + 3), tl.load(fields)
    colour = (1.0 - limited(value, 0.0, 1.0) - black) / tl.maximum(1.0 - black, _LEAST_LIGHT)
    own = tl.where(channels == 3, plane, 3)
    colour = limited(colour, 0.0, 1.0)
    printed = 1.0 - _ink(colour, _screen(y, x, numbers, shape, own), softness)
    if (channels == 3) & (tl.load(fields + 1) != 0):
        printed *= 1.0 - _ink(black, _screen(y, x, numbers, shape, 3), softness)
    return printed


@triton.jit
def _halftone(
    pixels, rows, finish, numbers, fields, channels, ROWS: tl.constexpr, COLUMNS: tl.constexpr
):
    sample, row, sides, plane, y, x, there = placed(rows, ROWS, COLUMNS)
    field = fields + 2 * sample
    if plane >= channels:
        return
    area = sides[0] * sides[1]
    at = tl.minimum(y, sides[0] - 1) * sides[1] + tl.minimum(x, sides[1] - 1)
    source = pixels + tl.load(row) + at
    value = tl.load(source + plane.to(tl.int64) * area).to(tl.float64)
    black = _under_black(source, area, channels, tl.load(field + 1))
    own = numbers + sample * _NUMBERS
    wide_y, wide_x = y.to(tl.float64), x.to(tl.float64)
    printed = _printed(value, black, wide_y, wide_x, plane, own, field, channels)
    share = tl.load(own + 4)
    mixed = ((1.0 - share) * value + share * printed).to(tl.float32)
    out = pixels + tl.load(row + 1) + plane.to(tl.int64) * area + y * sides[1] + x
    tl.store(out, finished(mixed, finish, sample), mask=there)


def halftone(call: Call) -> None:
    """`operators.screen.halftone` of samples, in one launch.

    Tables: numbers float64 (b, 13), cell, phases, softness, strength, then cosine and sine of the angles of
    cyan, magenta, yellow and black; fields int32 (b, 2), the shape and whether black is printed.
    """
    _halftone[(call.tiles(call.before, *TILE), len(call.before))](
        call.pixels, call.rows, call.finish, call.tables["numbers"], call.tables["fields"],
        call.channels, *TILE, num_warps=WARPS, enable_fp_fusion=False,
    )  # fmt: skip
