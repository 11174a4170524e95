"""Analogue video from slot to slot: `operators.analogue.analogue_video_law` in seven launches, or five if grey.

One makes the random numbers; the others go along the lines in float64, to and fro between two sets of the
samples' planes: Y, Cb, Cr, or a grey picture's own.
"""

from __future__ import annotations

import math
from typing import Any

import torch
import triton
import triton.language as tl

from degrade.functional import color
from degrade.functional.analogue import BLUE_WEIGHT, RED_WEIGHT
from degrade.functional.gpu.call import Call, Integers
from degrade.functional.gpu.displacement import cubic
from degrade.functional.gpu.fields import unit_normals
from degrade.functional.gpu.light import mixed
from degrade.functional.gpu.packed import clamped, finished, placed
from degrade.functional.gpu.sharpen import smooth

TILE = (8, 64)
WARPS = 4

_TO_LUMA = tl.constexpr(color.YCBCR_FROM_RGB[0])
_TO_BLUE = tl.constexpr(color.YCBCR_FROM_RGB[1])
_TO_RED = tl.constexpr(color.YCBCR_FROM_RGB[2])
_BACK = tl.constexpr(color.RGB_FROM_YCBCR)
_BLUE_WEIGHT = tl.constexpr(BLUE_WEIGHT)
_RED_WEIGHT = tl.constexpr(RED_WEIGHT)
_TURN = tl.constexpr(2.0 * math.pi)

_NUMBERS = tl.constexpr(9)
_COMPOSITE, _PERIOD, _PHASE, _DELAY, _HUE, _PEAKING, _JITTER = map(tl.constexpr, range(2, 9))
_KERNELS = tl.constexpr(3)
_NARROW = tl.constexpr(2)
_STARTS = tl.constexpr(3)
_IMAGE, _LINES = tl.constexpr(1), tl.constexpr(2)


@triton.jit
def _own(planes, scratch, sample):
    """Where a sample's planes begin."""
    return planes + tl.load(scratch + sample * _STARTS)


@triton.jit
def _number(numbers, sample, NUMBER: tl.constexpr):
    return tl.load(numbers + sample * _NUMBERS + NUMBER)


@triton.jit
def _line(normals, scratch, sample, place):
    """A line's unit normal."""
    return tl.load(normals + tl.load(scratch + sample * _STARTS + _LINES) + place).to(tl.float64)


@triton.jit
def _within(y, x, sides):
    """Places within the sample for those of a tile."""
    return tl.minimum(y, sides[0] - 1), tl.minimum(x, sides[1] - 1)


@triton.jit
def _along(planes, y, x, sides, kernels, starts, reaches, place):
    """A plane's band at pixels."""
    taps, reach = kernels + tl.load(starts + place), tl.load(reaches + place)
    row, column = _within(y, x, sides)
    return smooth(planes, row, column, sides[0], sides[1], taps, reach, True)


@triton.jit
def _read(line, place, sides):
    """A line between its pixels: `sampling.read_along`."""
    first = tl.floor(place)
    total = place * 0.0
    for tap in tl.static_range(4):
        value = tl.load(line + clamped(first.to(tl.int32) + (tap - 1), sides[1] - 1))
        total = total + value * cubic(place - first, tap)
    return total


@triton.jit
def _wave(y, x, numbers, sample):
    """Sine and cosine of the subcarrier."""
    turns = x.to(tl.float64) / _number(numbers, sample, _PERIOD) + _number(numbers, sample, _PHASE)
    turns = turns + 0.5 * y.to(tl.float64)
    angle = (turns - tl.floor(turns)) * _TURN
    return tl.sin(angle), tl.cos(angle)


@triton.jit
def _part(source, area, plane, channels):
    """A plane's value of pixels: a part of their colour, or a grey one's own."""
    red = tl.load(source).to(tl.float64)
    value = red
    if channels == 3:
        green = tl.load(source + area).to(tl.float64)
        blue = tl.load(source + 2 * area).to(tl.float64)
        if plane == 0:
            value = mixed(red, green, blue, _TO_LUMA)
        elif plane == 1:
            value = mixed(red, green, blue, _TO_BLUE)
        else:
            value = mixed(red, green, blue, _TO_RED)
    return value


@triton.jit
def _encode(
    pixels, second, normals, rows, numbers, scratch, channels,
    ROWS: tl.constexpr, COLUMNS: tl.constexpr,
):  # fmt: skip
    """Luma and chroma with their noise."""
    sample, row, sides, plane, y, x, there = placed(rows, ROWS, COLUMNS)
    if plane >= channels:
        return
    area = sides[0] * sides[1]
    down, across = _within(y, x, sides)
    at = down * sides[1] + across
    value = _part(pixels + tl.load(row) + at, area, plane, channels)
    sigma = tl.load(numbers + sample * _NUMBERS + tl.minimum(plane, 1))
    field = normals + tl.load(scratch + sample * _STARTS + _IMAGE)
    noisy = value + sigma * tl.load(field + at * channels + plane).to(tl.float64)
    tl.store(_own(second, scratch, sample) + plane.to(tl.int64) * area + at, noisy, mask=there)


@triton.jit
def _band(
    first, second, rows, scratch, kernels, starts, reaches, channels,
    ROWS: tl.constexpr, COLUMNS: tl.constexpr,
):  # fmt: skip
    """Each plane's band, from the second planes to the first."""
    sample, _, sides, plane, y, x, there = placed(rows, ROWS, COLUMNS)
    if plane >= channels:
        return
    own, place = plane.to(tl.int64) * sides[0] * sides[1], sample * _KERNELS + tl.minimum(plane, 1)
    planes = _own(second, scratch, sample) + own
    total = _along(planes, y, x, sides, kernels, starts, reaches, place)
    tl.store(_own(first, scratch, sample) + own + y * sides[1] + x, total, mask=there)


@triton.jit
def _signal(planes, area, there, sine, cosine):
    """What one wire carries, and its three parts."""
    luma = tl.load(planes, mask=there, other=0.0)
    blue = tl.load(planes + area, mask=there, other=0.0)
    red = tl.load(planes + 2 * area, mask=there, other=0.0)
    return luma + blue * _BLUE_WEIGHT * sine + red * _RED_WEIGHT * cosine, luma, blue, red


@triton.jit
def _carry(first, second, rows, numbers, scratch, ROWS: tl.constexpr, COLUMNS: tl.constexpr):
    """The signal of one wire, demodulated: two planes in place of the second and third."""
    sample, _, sides, plane, y, x, there = placed(rows, ROWS, COLUMNS)
    if plane > 0:
        return
    area, at = sides[0] * sides[1], y * sides[1] + x
    sine, cosine = _wave(y, x, numbers, sample)
    signal, _, _, _ = _signal(_own(first, scratch, sample) + at, area, there, sine, cosine)
    out = _own(second, scratch, sample) + at
    tl.store(out + area, signal * 2.0 * sine, mask=there)
    tl.store(out + 2 * area, signal * 2.0 * cosine, mask=there)


@triton.jit
def _separate(
    first, second, rows, numbers, scratch, kernels, starts, reaches,
    ROWS: tl.constexpr, COLUMNS: tl.constexpr,
):  # fmt: skip
    """Y, Cb, Cr mixed with what a decoder of one wire makes of them, where they lie."""
    sample, _, sides, plane, y, x, there = placed(rows, ROWS, COLUMNS)
    if plane > 0:
        return
    area, place = sides[0] * sides[1], sample * _KERNELS + 1
    carried = _own(second, scratch, sample)
    u = _along(carried + area, y, x, sides, kernels, starts, reaches, place)
    v = _along(carried + 2 * area, y, x, sides, kernels, starts, reaches, place)
    sine, cosine = _wave(y, x, numbers, sample)
    at = _own(first, scratch, sample) + y * sides[1] + x
    signal, luma, blue, red = _signal(at, area, there, sine, cosine)
    share = _number(numbers, sample, _COMPOSITE)
    tl.store(at, luma + share * (signal - u * sine - v * cosine - luma), mask=there)
    tl.store(at + area, blue + share * (u / _BLUE_WEIGHT - blue), mask=there)
    tl.store(at + 2 * area, red + share * (v / _RED_WEIGHT - red), mask=there)


@triton.jit
def _delayed(planes, y, x, sides, numbers, sample):
    """Cb or Cr to the right of the luma."""
    row, column = _within(y, x, sides)
    place = column.to(tl.float64) - _number(numbers, sample, _DELAY)
    return _read(planes + row * sides[1], place, sides)


@triton.jit
def _shape(
    first, second, normals, rows, numbers, scratch, kernels, starts, reaches, channels,
    ROWS: tl.constexpr, COLUMNS: tl.constexpr,
):  # fmt: skip
    """Luma peaked, chroma delayed and turned, from the first planes to the second."""
    sample, _, sides, plane, y, x, there = placed(rows, ROWS, COLUMNS)
    area, at = sides[0] * sides[1], y * sides[1] + x
    planes, out = _own(first, scratch, sample), _own(second, scratch, sample) + at
    if plane == 0:
        place = sample * _KERNELS + _NARROW
        narrow = _along(planes, y, x, sides, kernels, starts, reaches, place)
        luma = tl.load(planes + at, mask=there, other=0.0)
        peaked = luma + _number(numbers, sample, _PEAKING) * (luma - narrow)
        tl.store(out, peaked, mask=there)
    elif (plane == 1) & (channels == 3):
        turn = _line(normals, scratch, sample, tl.minimum(y, sides[0] - 1) * channels + 1)
        angle = _number(numbers, sample, _HUE) * turn
        sine, cosine = tl.sin(angle), tl.cos(angle)
        blue = _delayed(planes + area, y, x, sides, numbers, sample)
        red = _delayed(planes + 2 * area, y, x, sides, numbers, sample)
        tl.store(out + area, cosine * blue - sine * red, mask=there)
        tl.store(out + 2 * area, sine * blue + cosine * red, mask=there)


@triton.jit
def _moved(y, sides, normals, scratch, numbers, sample, channels):
    """How far each line goes to the right: two by two apart, an odd last one not at all."""
    row = tl.minimum(y, sides[0] - 1)
    even = (row // 2) * 2
    side = tl.where(row == even, 1.0, -1.0).to(tl.float64)
    side = tl.where(even + 1 < sides[0], side, 0.0)
    paired = _line(normals, scratch, sample, even * channels)
    return _number(numbers, sample, _JITTER) * side * paired


@triton.jit
def _play(
    pixels, second, normals, rows, finish, numbers, scratch, channels,
    ROWS: tl.constexpr, COLUMNS: tl.constexpr,
):  # fmt: skip
    """The lines' timing, and the picture."""
    sample, row, sides, plane, y, x, there = placed(rows, ROWS, COLUMNS)
    if plane > 0:
        return
    area = sides[0] * sides[1]
    down, across = _within(y, x, sides)
    shift = _moved(y, sides, normals, scratch, numbers, sample, channels)
    place = across.to(tl.float64) - shift
    line = _own(second, scratch, sample) + down * sides[1]
    value = _read(line, place, sides)
    out = pixels + tl.load(row + 1) + y * sides[1] + x
    if channels == 3:
        blue, red = _read(line + area, place, sides), _read(line + 2 * area, place, sides)
        colour = mixed(value, blue, red, _BACK[0]).to(tl.float32)
        tl.store(out, finished(colour, finish, sample), mask=there)
        colour = mixed(value, blue, red, _BACK[1]).to(tl.float32)
        tl.store(out + area, finished(colour, finish, sample), mask=there)
        colour = mixed(value, blue, red, _BACK[2]).to(tl.float32)
        tl.store(out + 2 * area, finished(colour, finish, sample), mask=there)
    else:
        tl.store(out, finished(value.to(tl.float32), finish, sample), mask=there)


def analogue_video(call: Call, counts: Integers) -> None:
    """`operators.analogue.analogue_video_law` of samples of one or three channels.

    counts: int64 (b, 2) on the host, values of the fields of pixels and of lines. Tables: keys int64 (b,);
    fields int64 (b, 2, 4), see `fields.unit_normals`; numbers float64 (b, 9), the noise that comes to luma and
    to chroma before their bands, composite, the subcarrier's period and phase, chroma's delay, hue, peaking and
    jitter; kernels float64, the taps end to end, and starts int64 and reaches int32 (b, 3) of the bands of
    luma, of chroma, and of half of luma's; scratch int64 (b, 3), where a sample's planes, its noise and its
    lines' numbers begin.
    """
    tables, rows, channels = call.tables, call.rows, call.channels
    normals = unit_normals(tables["keys"], tables["fields"].flatten(0, 1), counts.reshape(-1))
    first, second = (
        torch.empty(call.values(call.before), dtype=torch.float64, device=normals.device)
        for _ in range(2)
    )
    numbers, scratch = tables["numbers"], tables["scratch"]
    lines = scratch, tables["kernels"], tables["starts"], tables["reaches"]
    _launch(_encode, call, call.pixels, second, normals, rows, numbers, scratch, channels)
    _launch(_band, call, first, second, rows, *lines, channels)
    if channels == 3:
        _launch(_carry, call, first, second, rows, numbers, scratch)
        _launch(_separate, call, first, second, rows, numbers, *lines)
    _launch(_shape, call, first, second, normals, rows, numbers, *lines, channels)
    play = call.pixels, second, normals, rows, call.finish, numbers, scratch, channels
    _launch(_play, call, *play)


ONE_PLANE = frozenset((_carry, _separate, _play))
"""Kernels whose programs make all planes of their tile."""


def _launch(kernel: Any, call: Call, *arguments: Any) -> None:
    planes = call.channels if kernel in ONE_PLANE else 1
    kernel[(call.tiles(call.before, *TILE) // planes, len(call.before))](
        *arguments, *TILE, num_warps=WARPS, enable_fp_fusion=False
    )
