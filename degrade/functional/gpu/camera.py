"""A camera from slot to slot: the mosaic of its raw values in one launch, the picture in another, and what
`menon` decides in four between them.

The raw values are `operators.camera.camera_law`'s: light on the sensor in float64, rounded to float32 for the
noise, balanced in float64. A program of the first launch makes raw values in the order of their random numbers;
the others make tiles.
"""

from __future__ import annotations

import numpy as np
import torch
import triton
import triton.language as tl

from degrade.functional import noise, philox
from degrade.functional.camera import HIGHLIGHT
from degrade.functional.demosaic import LEAST_SENSOR
from degrade.functional.gpu.call import Call, Integers
from degrade.functional.gpu.demosaic import (
    bilinear,
    choose,
    chroma,
    first_green,
    kept,
    last_colours,
    malvar,
    second_colours,
    second_green,
)
from degrade.functional.gpu.fields import longs_of, normals_of
from degrade.functional.gpu.kinds import BY_MALVAR, BY_MENON, MENON_MARGIN
from degrade.functional.gpu.light import from_light, limited, to_light, toned, untoned
from degrade.functional.gpu.packed import ROW, finished, placed, sides_of, tile

TILE = (4, 64)
BLOCKS = 32
WARPS = 4
"""Two values a thread: there is much to do for each, and machine code in proportion."""

_LEAST = tl.constexpr(LEAST_SENSOR)
_MARGIN = tl.constexpr(MENON_MARGIN)
_NUMBERS = tl.constexpr(23)
_FIELDS = tl.constexpr(6)
_HIGHLIGHT = tl.constexpr(HIGHLIGHT)
_ABOVE = tl.constexpr(1.0 - HIGHLIGHT)
_BLOCK_WORDS = tl.constexpr(philox.BLOCK_WORDS)
_BY_MALVAR = tl.constexpr(BY_MALVAR)
_BY_MENON = tl.constexpr(BY_MENON)


@triton.jit
def _fields(fields, sample):
    """A sample's row of `fields`, see `take`."""
    own = fields + sample * _FIELDS
    red_row, red_column, method = tl.load(own), tl.load(own + 1), tl.load(own + 2)
    return red_row, red_column, method, tl.load(own + 3), tl.load(own + 4), tl.load(own + 5)


@triton.jit
def _frame(row, field):
    """Height and width of the sensor that takes a picture, and a red pixel's row and column."""
    height, width = sides_of(row)
    return tl.maximum(height, _LEAST), tl.maximum(width, _LEAST), field[0], field[1]


@triton.jit
def _planes(planes, scratch, sample, frame):
    """A sample's mosaic and, with a margin, green, red, blue and the refined green."""
    raw = planes + tl.load(scratch + 2 * sample)
    area = (frame[0] + 2 * _MARGIN) * (frame[1] + 2 * _MARGIN)
    green = raw + frame[0] * frame[1]
    return raw, green, green + area, green + 2 * area, green + 3 * area


@triton.jit
def _product(matrix, colours):
    """One colour by a row of a matrix, added in order."""
    first = tl.load(matrix) * colours[0] + tl.load(matrix + 1) * colours[1]
    return first + tl.load(matrix + 2) * colours[2]


@triton.jit
def _decoded(at, there, tone):
    value = tl.load(at, mask=there, other=0.0).to(tl.float64)
    if tone != 0:
        value = untoned(value)
    return to_light(value)


@triton.jit
def _most(value, clip):
    """At most white where the sensor, or the camera, clips."""
    if clip != 0:
        value = tl.minimum(value, 1.0, propagate_nan=tl.PropagateNan.ALL)
    return value


@triton.jit
def _gain(y, x, frame, numbers):
    """The development's gain of the colour that a place has."""
    own = numbers + 18
    return choose(y, x, frame, tl.load(own), tl.load(own + 1), tl.load(own + 2))


@triton.jit
def _faded(mean, plain):
    """The inverse gain, which fades to 1 in highlights."""
    fade = limited((mean - _HIGHLIGHT) / _ABOVE, 0.0, 1.0)
    fade = fade * fade
    safe = fade + (1.0 - fade) * plain
    return tl.maximum(safe, plain, propagate_nan=tl.PropagateNan.ALL)


@triton.jit
def _exposed(at, area, y, x, frame, there, numbers, field):
    """`camera.unprocess`, of the colour that a raw value has."""
    red, green = _decoded(at, there, field[4]), _decoded(at + area, there, field[4])
    colours = (red, green, _decoded(at + 2 * area, there, field[4]))
    red, green = _product(numbers, colours), _product(numbers + 3, colours)
    blue = _product(numbers + 6, colours)
    gain = 1.0 / _gain(y, x, frame, numbers)
    if field[5] != 0:
        gain = _faded((red + green + blue) / 3.0, gain)
    return choose(y, x, frame, red, green, blue) * gain


@triton.jit
def _noisy(raw, unit, numbers, clip):
    """The raw value with its noise."""
    signal = tl.maximum(raw.to(tl.float64), 0.0, propagate_nan=tl.PropagateNan.ALL)
    sigma = tl.sqrt(signal * tl.load(numbers + 21) + tl.load(numbers + 22)).to(tl.float32)
    return _most(raw + sigma * unit, clip)


@triton.jit
def _taken(at, area, y, x, frame, there, numbers, field, unit):
    """The balanced raw values of a camera."""
    raw = _exposed(at, area, y, x, frame, there, numbers, field).to(tl.float32)
    raw = _noisy(raw, unit, numbers, field[5])
    return _most(raw.to(tl.float64) * _gain(y, x, frame, numbers), field[5])


@triton.jit
def _expose(
    pixels, rows, keys, numbers, fields, scratch, planes, circle, squares, BLOCKS: tl.constexpr
):
    """The mosaic of every sample: of its values as they are, or of the light that a camera sees."""
    sample, first = tl.program_id(1), tl.program_id(0) * BLOCKS
    row, field = rows + sample * ROW, _fields(fields, sample)
    frame = _frame(row, field)
    if first * _BLOCK_WORDS >= frame[0] * frame[1]:
        return
    place = first * _BLOCK_WORDS + tl.arange(0, BLOCKS * _BLOCK_WORDS)
    there, y, x = place < frame[0] * frame[1], place // frame[1], place % frame[1]
    height, width = sides_of(row)
    # A side of one pixel falls on two of the sensor.
    at = pixels + tl.load(row) + tl.minimum(y, height - 1) * width + tl.minimum(x, width - 1)
    area = height * width
    if field[3] != 0:
        unit = normals_of(longs_of(first, 0, tl.load(keys + sample), BLOCKS), circle, squares)
        own = numbers + sample * _NUMBERS
        raw = _taken(at, area, y, x, frame, there, own, field, unit)
    else:
        plane = choose(y, x, frame, 0, 1, 2)
        raw = tl.load(at + plane * area, mask=there, other=0.0).to(tl.float64)
    tl.store(planes + tl.load(scratch + 2 * sample) + place, raw, mask=there)


@triton.jit
def _write_chroma(own, place, y, x, there, frame):
    """Chroma along both lines, where red and blue will lie."""
    tl.store(own[2] + place, chroma(own[0], y, x, frame, 0, 1), mask=there)
    tl.store(own[3] + place, chroma(own[0], y, x, frame, 1, 0), mask=there)


@triton.jit
def _write_green(own, way, place, y, x, there, frame):
    """Green, and which way it was had."""
    green, along_row = first_green(own[0], own[2], own[3], y, x, frame)
    tl.store(own[1] + place, green, mask=there)
    tl.store(way + place, along_row.to(tl.uint8), mask=there)


@triton.jit
def _write_colours(own, way, place, y, x, there, frame):
    red, blue = second_colours(own[0], own[1], y, x, tl.load(way + place) != 0, frame)
    tl.store(own[2] + place, red, mask=there)
    tl.store(own[3] + place, blue, mask=there)


@triton.jit
def _write_refined(own, way, place, y, x, there, frame):
    along_row = tl.load(way + place) != 0
    green = second_green(own[0], own[2], own[3], own[1], y, x, along_row, frame)
    tl.store(own[4] + place, green, mask=there)


@triton.jit
def _write(own, way, place, y, x, there, frame, STEP: tl.constexpr):
    """`menon`'s steps."""
    if STEP == 0:
        _write_chroma(own, place, y, x, there, frame)
    elif STEP == 1:
        _write_green(own, way, place, y, x, there, frame)
    elif STEP == 2:
        _write_colours(own, way, place, y, x, there, frame)
    else:
        _write_refined(own, way, place, y, x, there, frame)


@triton.jit
def _decide(
    rows, fields, scratch, planes, ways,
    STEP: tl.constexpr, ROWS: tl.constexpr, COLUMNS: tl.constexpr,
):  # fmt: skip
    """One of `menon`'s steps for the samples that go by it."""
    sample = tl.program_id(1)
    field = _fields(fields, sample)
    frame = _frame(rows + sample * ROW, field)
    sides = (frame[0] + 2 * _MARGIN, frame[1] + 2 * _MARGIN)
    plane, y, x, there = tile(sides, ROWS, COLUMNS)
    if (field[2] == _BY_MENON) & (plane == 0):
        y, x, own = y - _MARGIN, x - _MARGIN, _planes(planes, scratch, sample, frame)
        way = ways + tl.load(scratch + 2 * sample + 1)
        _write(own, way, kept(y, x, frame), y, x, there, frame, STEP)


@triton.jit
def _three(own, way, y, x, frame, method):
    """The three colours of a mosaic by the sample's own method."""
    if method == _BY_MENON:
        along_row = tl.load(way + kept(y, x, frame)) != 0
        red, green, blue = last_colours(own[0], own[2], own[3], own[4], y, x, along_row, frame)
    elif method == _BY_MALVAR:
        red, green, blue = malvar(own[0], y, x, frame)
    else:
        red, green, blue = bilinear(own[0], y, x, frame)
    return red, green, blue


@triton.jit
def _rendered(colours, matrix, field):
    """One colour of `camera.render`."""
    value = _product(matrix, colours)
    if field[5] != 0:
        value = limited(value, 0.0, 1.0)
    value = from_light(value)
    if field[4] != 0:
        value = toned(value)
    return value


@triton.jit
def _picture(colours, matrix, field):
    """The colours, or what a camera makes of them."""
    if field[3] != 0:
        red, green = _rendered(colours, matrix, field), _rendered(colours, matrix + 3, field)
        blue = _rendered(colours, matrix + 6, field)
    else:
        red, green, blue = colours
    return red, green, blue


@triton.jit
def _develop(
    pixels, rows, finish, numbers, fields, scratch, planes, ways,
    ROWS: tl.constexpr, COLUMNS: tl.constexpr,
):  # fmt: skip
    """Three colours at every pixel, and a picture of them where a camera took them."""
    sample, row, sides, plane, y, x, there = placed(rows, ROWS, COLUMNS)
    field = _fields(fields, sample)
    if plane > 0:
        return
    frame = _frame(row, field)
    own, way = _planes(planes, scratch, sample, frame), ways + tl.load(scratch + 2 * sample + 1)
    colours = _three(own, way, y, x, frame, field[2])
    red, green, blue = _picture(colours, numbers + sample * _NUMBERS + 9, field)
    area, out = sides[0] * sides[1], pixels + tl.load(row + 1) + y * sides[1] + x
    tl.store(out, finished(red.to(tl.float32), finish, sample), mask=there)
    tl.store(out + area, finished(green.to(tl.float32), finish, sample), mask=there)
    tl.store(out + 2 * area, finished(blue.to(tl.float32), finish, sample), mask=there)


def take(call: Call, values: tuple[int, int], menon: bool) -> None:
    """`operators.camera.camera_law` and `bayer_demosaic` of samples, in two launches, or in six.

    values: float64 values between the launches, and those of eight bits. menon: whether any sample goes by it.
    Tables: keys int64 (b,); numbers float64 (b, 23), the matrices to the sensor and from it, the gains, shot
    and read; fields int32 (b, 6), row and column of a red pixel, the method, whether there is a camera, its
    tone curve and whether it clips; scratch int64 (b, 2), where the sample's values between the launches begin.
    """
    device = call.pixels.device
    planes = torch.empty(values[0], dtype=torch.float64, device=device)
    ways = torch.empty(values[1], dtype=torch.uint8, device=device)
    _take_raw(call, planes)
    for step in range(4 if menon else 0):
        _take_step(call, planes, ways, step)
    names = ("numbers", "fields", "scratch")
    _develop[(_tiles(call.before), len(call.before))](
        call.pixels, call.rows, call.finish, *(call.tables[name] for name in names), planes, ways,
        *TILE, num_warps=WARPS, enable_fp_fusion=False,
    )  # fmt: skip


def _take_raw(call: Call, planes: torch.Tensor) -> None:
    names = ("keys", "numbers", "fields", "scratch")
    longest = int(np.maximum(call.before, LEAST_SENSOR).prod(1).max())
    _expose[(triton.cdiv(longest, BLOCKS * philox.BLOCK_WORDS), len(call.before))](
        call.pixels, call.rows, *(call.tables[name] for name in names), planes,
        *noise.normal_tables(call.pixels.device), BLOCKS, num_warps=WARPS, enable_fp_fusion=False,
    )  # fmt: skip


def _take_step(call: Call, planes: torch.Tensor, ways: torch.Tensor, step: int) -> None:
    sides = np.maximum(call.before, LEAST_SENSOR) + 2 * MENON_MARGIN
    _decide[(_tiles(sides), len(sides))](
        call.rows, call.tables["fields"], call.tables["scratch"], planes, ways, step, *TILE,
        num_warps=WARPS, enable_fp_fusion=False,
    )  # fmt: skip


def _tiles(sides: Integers) -> int:
    """Tiles of the plane with most of them."""
    return int((-(-sides // np.array(TILE))).prod(1).max())
