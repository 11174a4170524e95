"""Chroma through fewer samples, from slot to slot: `functional.chroma.subsample`, bit for bit, in two launches.

The first makes the chroma samples, means over rows and then over columns; the second interpolates them at every
pixel and adds what has changed. All of float32, as in the definition.
"""

from __future__ import annotations

import torch
import triton
import triton.language as tl

from degrade.functional.gpu.call import Call, Integers
from degrade.functional.gpu.packed import ROW, clamped, finished, placed, sides_of, tile

TILE = (8, 64)
WARPS = 4

_FIELDS = tl.constexpr(7)


@triton.jit
def _colour(source, at, area):
    return tl.load(source + at), tl.load(source + at + area), tl.load(source + at + 2 * area)


@triton.jit
def _differences(colour, red, blue):
    """Cb and Cr of a colour by luma's weights of red and blue, and what makes red and blue of them again."""
    luma = red * colour[0] + (1.0 - red - blue) * colour[1] + blue * colour[2]
    to_blue, to_red = 2 * (1 - blue), 2 * (1 - red)
    first, second = tl.div_rn(colour[2] - luma, to_blue), tl.div_rn(colour[0] - luma, to_red)
    return first, second, to_blue, to_red


@triton.jit
def _axis(fields, AXIS: tl.constexpr):
    """Pixels a sample, taps and their first place, and where their weights begin."""
    own = fields + 3 * AXIS
    return tl.load(own), tl.load(own + 1), 0 - tl.load(own) // 2, tl.load(own + 2)


@triton.jit
def _coarse(sides, fields):
    """Chroma samples down and across."""
    return tl.cdiv(sides[0], tl.load(fields)), tl.cdiv(sides[1], tl.load(fields + 3))


@triton.jit
def _mean_down(source, y, column, sides, rows, weights, red, blue):
    """Cb and Cr about the rows of chroma samples, at columns of pixels."""
    first, second = (y + column).to(tl.float32) * 0.0, (y + column).to(tl.float32) * 0.0
    for tap in range(rows[1]):
        at = clamped(y * rows[0] + rows[2] + tap, sides[0] - 1) * sides[1] + column
        weight = tl.load(weights + rows[3] + tap)
        one, other, _, _ = _differences(_colour(source, at, sides[0] * sides[1]), red, blue)
        first, second = first + weight * one, second + weight * other
    return first, second


@triton.jit
def _subsample(
    pixels, small, rows, fields, weights, lumas, scratch, ROWS: tl.constexpr, COLUMNS: tl.constexpr
):
    """Two planes of chroma samples."""
    sample = tl.program_id(1)
    row, field = rows + sample * ROW, fields + sample * _FIELDS
    sides = sides_of(row)
    coarse = _coarse(sides, field)
    plane, y, x, there = tile(coarse, ROWS, COLUMNS)
    if plane > 0:
        return
    red, blue = tl.load(lumas + 2 * sample), tl.load(lumas + 2 * sample + 1)
    down, across = _axis(field, 0), _axis(field, 1)
    first, second = (y + x).to(tl.float32) * 0.0, (y + x).to(tl.float32) * 0.0
    for tap in range(across[1]):
        column = clamped(x * across[0] + across[2] + tap, sides[1] - 1)
        source, weight = pixels + tl.load(row), tl.load(weights + across[3] + tap)
        one, other = _mean_down(source, y, column, sides, down, weights, red, blue)
        first, second = first + weight * one, second + weight * other
    out = small + tl.load(scratch + sample) + y * coarse[1] + x
    tl.store(out, first, mask=there)
    tl.store(out + coarse[0] * coarse[1], second, mask=there)


@triton.jit
def _between(place, factor, smooth, count):
    """The two samples about a pixel, and the second one's part."""
    doubled = 2 * place - (factor - 1)
    # A quotient rounded down: only the first pixels lie before the first sample.
    low = (doubled + 2 * factor) // (2 * factor) - 1
    part = tl.div_rn((doubled - 2 * factor * low).to(tl.float32), (2 * factor).to(tl.float32))
    if smooth == 0:
        low, part = place // factor, part * 0.0
    return clamped(low, count - 1), clamped(low + 1, count - 1), part


@triton.jit
def _mixed(plane, down, column, width):
    """Interpolated between two rows of samples."""
    above = tl.load(plane + down[0] * width + column) * (1 - down[2])
    return above + tl.load(plane + down[1] * width + column) * down[2]


@triton.jit
def _interpolated(plane, down, across, width):
    left = _mixed(plane, down, across[0], width) * (1 - across[2])
    return left + _mixed(plane, down, across[1], width) * across[2]


@triton.jit
def _changed(colour, first, second, red, blue):
    """A colour whose Cb and Cr have become others."""
    own_first, own_second, to_blue, to_red = _differences(colour, red, blue)
    blue_change, red_change = to_blue * (first - own_first), to_red * (second - own_second)
    green_change = tl.div_rn(red * red_change + blue * blue_change, 1.0 - red - blue)
    return colour[0] + red_change, colour[1] - green_change, colour[2] + blue_change


@triton.jit
def _change(
    pixels, small, rows, finish, fields, lumas, scratch, ROWS: tl.constexpr, COLUMNS: tl.constexpr
):
    """The pixels with their chroma interpolated."""
    sample, row, sides, plane, y, x, there = placed(rows, ROWS, COLUMNS)
    field = fields + sample * _FIELDS
    if plane > 0:
        return
    coarse, smooth = _coarse(sides, field), tl.load(field + 6)
    down = _between(y, tl.load(field), smooth, coarse[0])
    across = _between(x, tl.load(field + 3), smooth, coarse[1])
    chroma, size = small + tl.load(scratch + sample), coarse[0] * coarse[1]
    first = _interpolated(chroma, down, across, coarse[1])
    second = _interpolated(chroma + size, down, across, coarse[1])
    at, area = clamped(y, sides[0] - 1) * sides[1] + clamped(x, sides[1] - 1), sides[0] * sides[1]
    red, blue = tl.load(lumas + 2 * sample), tl.load(lumas + 2 * sample + 1)
    colour = _colour(pixels + tl.load(row), at, area)
    colour = _changed(colour, first, second, red, blue)
    out = pixels + tl.load(row + 1) + y * sides[1] + x
    tl.store(out, finished(colour[0], finish, sample), mask=there)
    tl.store(out + area, finished(colour[1], finish, sample), mask=there)
    tl.store(out + 2 * area, finished(colour[2], finish, sample), mask=there)


@triton.jit
def _copy(pixels, rows, finish, ROWS: tl.constexpr, COLUMNS: tl.constexpr):
    """A plane as it is."""
    sample, row, sides, plane, y, x, there = placed(rows, ROWS, COLUMNS)
    if plane == 0:
        at = y * sides[1] + x
        value = tl.load(pixels + tl.load(row) + at, mask=there, other=0.0)
        tl.store(pixels + tl.load(row + 1) + at, finished(value, finish, sample), mask=there)


def subsample(call: Call, coarse: Integers) -> None:
    """`functional.chroma.subsample` of samples of three channels, in two launches; one channel stays, in one.

    coarse: int64 (b, 2) on the host, chroma samples down and across. Tables: fields int32 (b, 7), of both axes
    the pixels a chroma sample, the taps and where their weights begin, and whether the way up interpolates;
    weights float32; lumas float32 (b, 2), luma's weights of red and blue; scratch int64 (b,), where a sample's
    chroma begins.
    """
    if call.channels == 1:
        _copy[(call.tiles(call.before, *TILE), len(call.before))](
            call.pixels, call.rows, call.finish, *TILE, num_warps=WARPS, enable_fp_fusion=False
        )
        return
    tables, samples = call.tables, len(call.before)
    small = torch.empty(2 * int(coarse.prod(1).sum()), device=call.pixels.device)
    fields, lumas, scratch = tables["fields"], tables["lumas"], tables["scratch"]
    _subsample[(call.tiles(coarse, *TILE) // call.channels, samples)](
        call.pixels, small, call.rows, fields, tables["weights"], lumas, scratch, *TILE,
        num_warps=WARPS, enable_fp_fusion=False,
    )  # fmt: skip
    _change[(call.tiles(call.before, *TILE) // call.channels, samples)](
        call.pixels, small, call.rows, call.finish, fields, lumas, scratch, *TILE,
        num_warps=WARPS, enable_fp_fusion=False,
    )  # fmt: skip
