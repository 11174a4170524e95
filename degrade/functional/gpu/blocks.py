"""JPEG from slot to slot: luma coded in one launch, chroma in another, both decoded in a third.

Between the launches lie coded planes of eight bits, luma, Cb and Cr of each sample, in whole blocks. A program
holds BLOCKS blocks as a tensor (block, row, column). A pass splits its last axis into eight and joins it again,
so the second pass runs on the transposed tensor, an exchange of registers through shared memory. All of it is
int32, which libjpeg's own bounds allow: of dequantised coefficients no pass sums to 2**31. With 32 blocks a
warp has 8, 16 values a thread, and a row of eight pixels is one 32-byte sector.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
import triton
import triton.language as tl

from degrade.functional.gpu.call import Call, Integers
from degrade.functional.gpu.packed import BLOCK, ROW, eight_bits, finished
from degrade.functional.libjpeg import color
from degrade.functional.libjpeg.dct import MATRIX

BLOCKS = 32
WARPS = 4
FIELDS = 10
MOST_EDGES = 7
"""Edge rows or columns that a grid of blocks off the corner has repeated before the image."""

_FIELDS = tl.constexpr(FIELDS)
_BITS = tl.constexpr(color.BITS)
_HALF = tl.constexpr(1 << (color.BITS - 1))
_CENTRE = tl.constexpr((128 << color.BITS) + (1 << (color.BITS - 1)) - 1)
"""What is added to chroma: its centre, and a half less one, which keeps it below 256."""

_Y_RED, _Y_GREEN, _Y_BLUE = map(tl.constexpr, color.TO_LUMA_AND_CHROMA[0])
_CB_RED, _CB_GREEN, _CB_BLUE = map(tl.constexpr, color.TO_LUMA_AND_CHROMA[1])
_CR_RED, _CR_GREEN, _CR_BLUE = map(tl.constexpr, color.TO_LUMA_AND_CHROMA[2])
_RED_CR = tl.constexpr(color.TO_RGB[0][1])
_GREEN_CB, _GREEN_CR = map(tl.constexpr, color.TO_RGB[1])
_BLUE_CB = tl.constexpr(color.TO_RGB[2][0])

_M = tl.constexpr(MATRIX)
_FRACTION = tl.constexpr(13 - 2)
"""Bits that the first pass drops; two stay between the passes."""
_REST = tl.constexpr(13 + 2)
_INVERSE_REST = tl.constexpr(13 + 2 + 3)


@triton.jit
def _split(tile, BLOCKS: tl.constexpr):
    """The eight columns (n, 8) of a tile (n, 8, 8)."""
    even, odd = tl.split(tl.reshape(tile, (BLOCKS, 8, 2, 2, 2)))
    v04, v26 = tl.split(even)
    v15, v37 = tl.split(odd)
    v0, v4 = tl.split(v04)
    v2, v6 = tl.split(v26)
    v1, v5 = tl.split(v15)
    v3, v7 = tl.split(v37)
    return v0, v1, v2, v3, v4, v5, v6, v7


@triton.jit
def _join(v0, v1, v2, v3, v4, v5, v6, v7, BLOCKS: tl.constexpr):
    even = tl.join(tl.join(v0, v4), tl.join(v2, v6))
    odd = tl.join(tl.join(v1, v5), tl.join(v3, v7))
    return tl.reshape(tl.join(even, odd), (BLOCKS, 8, 8))


@triton.jit
def _rounded(total, SHIFT: tl.constexpr):
    """total / 2**SHIFT, halves up."""
    return ((total >> (SHIFT - 1)) + 1) >> 1


@triton.jit
def _frequency(s0, s1, s2, s3, FREQUENCY: tl.constexpr, SHIFT: tl.constexpr):
    """One frequency of the sums (even) or the differences (odd) of samples that mirror one another."""
    total = s0 * _M[FREQUENCY][0] + s1 * _M[FREQUENCY][1]
    return _rounded(total + s2 * _M[FREQUENCY][2] + s3 * _M[FREQUENCY][3], SHIFT)


@triton.jit
def _forward(tile, SHIFT: tl.constexpr, BLOCKS: tl.constexpr):
    """Frequencies along the last axis."""
    v0, v1, v2, v3, v4, v5, v6, v7 = _split(tile, BLOCKS)
    s0, s1, s2, s3 = v0 + v7, v1 + v6, v2 + v5, v3 + v4
    d0, d1, d2, d3 = v0 - v7, v1 - v6, v2 - v5, v3 - v4
    return _join(
        _frequency(s0, s1, s2, s3, 0, SHIFT), _frequency(d0, d1, d2, d3, 1, SHIFT),
        _frequency(s0, s1, s2, s3, 2, SHIFT), _frequency(d0, d1, d2, d3, 3, SHIFT),
        _frequency(s0, s1, s2, s3, 4, SHIFT), _frequency(d0, d1, d2, d3, 5, SHIFT),
        _frequency(s0, s1, s2, s3, 6, SHIFT), _frequency(d0, d1, d2, d3, 7, SHIFT),
        BLOCKS,
    )  # fmt: skip


@triton.jit
def _part(f0, f1, f2, f3, FIRST: tl.constexpr, SAMPLE: tl.constexpr):
    """What every other frequency, from FIRST on, adds to a sample."""
    total = f0 * _M[FIRST][SAMPLE] + f1 * _M[FIRST + 2][SAMPLE]
    return total + f2 * _M[FIRST + 4][SAMPLE] + f3 * _M[FIRST + 6][SAMPLE]


@triton.jit
def _inverse(tile, SHIFT: tl.constexpr, BLOCKS: tl.constexpr):
    """Samples along the last axis."""
    v0, v1, v2, v3, v4, v5, v6, v7 = _split(tile, BLOCKS)
    e0, o0 = _part(v0, v2, v4, v6, 0, 0), _part(v1, v3, v5, v7, 1, 0)
    e1, o1 = _part(v0, v2, v4, v6, 0, 1), _part(v1, v3, v5, v7, 1, 1)
    e2, o2 = _part(v0, v2, v4, v6, 0, 2), _part(v1, v3, v5, v7, 1, 2)
    e3, o3 = _part(v0, v2, v4, v6, 0, 3), _part(v1, v3, v5, v7, 1, 3)
    return _join(
        _rounded(e0 + o0, SHIFT), _rounded(e1 + o1, SHIFT),
        _rounded(e2 + o2, SHIFT), _rounded(e3 + o3, SHIFT),
        _rounded(e3 - o3, SHIFT), _rounded(e2 - o2, SHIFT),
        _rounded(e1 - o1, SHIFT), _rounded(e0 - o0, SHIFT),
        BLOCKS,
    )  # fmt: skip


@triton.jit
def _requantised(frequencies, steps):
    """Coefficients times 8 to the nearest multiple of steps, without the 8; magnitudes, halves up."""
    level = (tl.abs(frequencies) + 4 * steps) // (8 * steps)
    return tl.where(frequencies < 0, -level, level) * steps


@triton.jit
def _steps(table, percent):
    """`quantise.tables_of` of one sample: (1, 8, 8)."""
    place = tl.arange(0, 8)[None, :, None] * 8 + tl.arange(0, 8)[None, None, :]
    hundredths = tl.load(table + place) * percent + 50
    return tl.minimum(tl.maximum(hundredths // 100, 1), 255)


@triton.jit
def _coded(samples, steps, BLOCKS: tl.constexpr):
    """`codec.coded_planes` of blocks (n, 8, 8) of int32, 0..255."""
    across = tl.permute(_forward(samples - 128, _FRACTION, BLOCKS), (0, 2, 1))
    frequencies = tl.permute(_forward(across, _REST, BLOCKS), (0, 2, 1))
    kept = _requantised(frequencies, steps)
    down = tl.permute(_inverse(tl.permute(kept, (0, 2, 1)), _FRACTION, BLOCKS), (0, 2, 1))
    back = _inverse(down, _INVERSE_REST, BLOCKS) + 128
    return tl.minimum(tl.maximum(back, 0), 255)


@triton.jit
def _colour(source, at, area, there):
    """The eight bits of red, green and blue at some places."""
    red = eight_bits(tl.load(source + at, mask=there, other=0.0))
    green = eight_bits(tl.load(source + at + area, mask=there, other=0.0))
    blue = eight_bits(tl.load(source + at + 2 * area, mask=there, other=0.0))
    return red, green, blue


@triton.jit
def _sides(row, field):
    """Height and width of what the codec sees, and the rows and columns repeated before the image in it."""
    top, left = tl.load(field + 8).to(tl.int32), tl.load(field + 9).to(tl.int32)
    return tl.load(row + 2).to(tl.int32) + top, tl.load(row + 3).to(tl.int32) + left, top, left


@triton.jit
def _place(y, x, height, width, top, left):
    """Where the codec's pixel lies in the image's plane, edges repeated."""
    row = tl.maximum(tl.minimum(y, height - 1) - top, 0)
    return row * (width - left) + tl.maximum(tl.minimum(x, width - 1) - left, 0)


@triton.jit
def _luma(pixels, rows, fields, table, coded, base, channels, BLOCKS: tl.constexpr):
    """Codes the luma of samples, or their one channel, to planes of whole blocks."""
    sample = tl.program_id(1)
    row, field = rows + sample * ROW, fields + sample * _FIELDS
    height, width, top, left = _sides(row, field)
    columns = tl.cdiv(width, 8)
    blocks = tl.cdiv(height, 8) * columns
    if tl.program_id(0) * BLOCKS >= blocks:
        return
    number = tl.program_id(0) * BLOCKS + tl.arange(0, BLOCKS)
    there = (number < blocks)[:, None, None]
    y = (number // columns * 8)[:, None, None] + tl.arange(0, 8)[None, :, None]
    x = (number % columns * 8)[:, None, None] + tl.arange(0, 8)[None, None, :]
    at = _place(y, x, height, width, top, left)
    area = (height - top) * (width - left)
    source = pixels + tl.load(row)
    if channels == 3:
        red, green, blue = _colour(source, at, area, there)
        samples = (_Y_RED * red + _Y_GREEN * green + _Y_BLUE * blue + _HALF) >> _BITS
    else:
        samples = eight_bits(tl.load(source + at, mask=there, other=0.0))
    back = _coded(samples, _steps(table, tl.load(field + 7).to(tl.int32)), BLOCKS)
    out = coded + (tl.load(field + 6) - base) + y * (columns * 8) + x
    tl.store(out, back.to(tl.uint8), mask=there)


@triton.jit
def _chroma(pixels, rows, fields, table, coded, base, BLOCKS: tl.constexpr):
    """Codes the two chroma planes of samples, at their own subsampling."""
    sample = tl.program_id(1)
    row, field = rows + sample * ROW, fields + sample * _FIELDS
    height, width, edge_y, edge_x = _sides(row, field)
    down, across = tl.load(field).to(tl.int32), tl.load(field + 1).to(tl.int32)
    rows_own, columns_own = tl.load(field + 2).to(tl.int32), tl.load(field + 3).to(tl.int32)
    columns = tl.cdiv(columns_own, 8)
    blocks = tl.cdiv(rows_own, 8) * columns
    if tl.program_id(0) * BLOCKS >= blocks:
        return
    number = tl.program_id(0) * BLOCKS + tl.arange(0, BLOCKS)
    there = (number < blocks)[:, None, None]
    y = (number // columns * 8)[:, None, None] + tl.arange(0, 8)[None, :, None]
    x = (number % columns * 8)[:, None, None] + tl.arange(0, 8)[None, None, :]
    source = pixels + tl.load(row)
    count = down * across
    # Where two columns become one, halves are rounded down and up at alternate samples, elsewhere up.
    bias = tl.where(across == 2, count // 4 + (x & 1), count // 2)
    first, second = bias + tl.zeros_like(y), bias + tl.zeros_like(y)
    top = tl.minimum(y, rows_own - 1) * down
    for part in range(count):
        right = x * across + part % across
        at = _place(top + part // across, right, height, width, edge_y, edge_x)
        red, green, blue = _colour(source, at, (height - edge_y) * (width - edge_x), there)
        first += (_CB_RED * red + _CB_GREEN * green + _CB_BLUE * blue + _CENTRE) >> _BITS
        second += (_CR_RED * red + _CR_GREEN * green + _CR_BLUE * blue + _CENTRE) >> _BITS
    steps = _steps(table, tl.load(field + 7).to(tl.int32))
    luma = tl.cdiv(height, 8) * tl.cdiv(width, 8) * 64
    out = coded + (tl.load(field + 6) - base) + luma + y * (columns * 8) + x
    tl.store(out, _coded(first >> (count // 2), steps, BLOCKS).to(tl.uint8), mask=there)
    out += blocks * 64
    tl.store(out, _coded(second >> (count // 2), steps, BLOCKS).to(tl.uint8), mask=there)


@triton.jit
def _upsampled(plane, near_row, far_row, near, far, stride, smooth_down, smooth_across):
    """`sampling.triangle` of a chroma plane."""
    at_near = tl.load(plane + near_row * stride + near).to(tl.int32) * (1 + 2 * smooth_down)
    at_near += tl.load(plane + far_row * stride + near).to(tl.int32) * smooth_down
    at_far = tl.load(plane + near_row * stride + far).to(tl.int32) * (1 + 2 * smooth_down)
    at_far += tl.load(plane + far_row * stride + far).to(tl.int32) * smooth_down
    return at_near * (1 + 2 * smooth_across) + at_far * smooth_across


@triton.jit
def _written(level, at, finish, sample, there):
    """k / 255, finished, of a whole number limited to eight bits."""
    value = tl.minimum(tl.maximum(level, 0), 255).to(tl.float32)
    tl.store(at, finished(tl.div_rn(value, 255.0), finish, sample), mask=there)


@triton.jit
def _decode(pixels, rows, finish, fields, coded, base, channels, BLOCK: tl.constexpr):
    """From coded planes to pixels: chroma at every pixel, RGB, floats."""
    sample = tl.program_id(1)
    row, field = rows + sample * ROW, fields + sample * _FIELDS
    height, width, top, left = _sides(row, field)
    area = (height - top) * (width - left)
    if tl.program_id(0) * BLOCK >= area:
        return
    place = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    there = place < area
    place = tl.minimum(place, area - 1)
    y, x = place // (width - left) + top, place % (width - left) + left
    wide = tl.cdiv(width, 8) * 8
    plane = coded + (tl.load(field + 6) - base)
    luma = tl.load(plane + y * wide + x).to(tl.int32)
    out = pixels + tl.load(row + 1) + place
    if channels == 3:
        down, across = tl.load(field).to(tl.int32), tl.load(field + 1).to(tl.int32)
        tall, long = tl.load(field + 2).to(tl.int32), tl.load(field + 3).to(tl.int32)
        smooth_down, smooth_across = (
            tl.load(field + 4).to(tl.int32),
            tl.load(field + 5).to(tl.int32),
        )
        near_row, near = tl.minimum(y // down, tall - 1), tl.minimum(x // across, long - 1)
        far_row = tl.minimum(tl.maximum(near_row + 2 * (y % 2) - 1, 0), tall - 1)
        far = tl.minimum(tl.maximum(near + 2 * (x % 2) - 1, 0), long - 1)
        stride = tl.cdiv(long, 8) * 8
        quarters = smooth_down + smooth_across
        along = tl.where(smooth_across == 1, x, y) & 1
        bias = tl.where(quarters == 2, 8 - along, quarters * (1 + along))
        plane += tl.cdiv(height, 8) * 8 * wide
        blue_part = _upsampled(
            plane, near_row, far_row, near, far, stride, smooth_down, smooth_across
        )
        plane += tl.cdiv(tall, 8) * 8 * stride
        red_part = _upsampled(
            plane, near_row, far_row, near, far, stride, smooth_down, smooth_across
        )
        cb = ((blue_part + bias) >> (2 * quarters)) - 128
        cr = ((red_part + bias) >> (2 * quarters)) - 128
        red = luma + ((_RED_CR * cr + _HALF) >> _BITS)
        green = luma + ((_GREEN_CB * cb + _GREEN_CR * cr + _HALF) >> _BITS)
        blue = luma + ((_BLUE_CB * cb + _HALF) >> _BITS)
        _written(red, out, finish, sample, there)
        _written(green, out + area, finish, sample, there)
        _written(blue, out + 2 * area, finish, sample, there)
    else:
        _written(luma, out, finish, sample, there)


def jpeg(call: Call, scratch: Integers) -> None:
    """`libjpeg.codec.jpeg` of samples of three channels, exactly, in three launches; of one channel in two.

    Tables: fields int64 (b, 10): pixels a chroma sample down and across, chroma rows and columns, where chroma
    is interpolated down and across, where the sample's coded planes begin, and the quality's percentage, and
    how many edge rows and columns the codec sees repeated before the image. luma, chroma: int32 (64,), the
    steps of 50. scratch: on the host, where the coded planes of each sample of the form begin, and the end of
    the last.
    """
    tables, samples = call.tables, len(call.before)
    base = int(scratch[call.first])
    length = int(scratch[call.first + samples]) - base
    coded = torch.empty(length, dtype=torch.uint8, device=call.pixels.device)
    areas = call.before.prod(1)
    blocks = int((-(-(call.before + MOST_EDGES) // 8)).prod(1).max())
    grid = (triton.cdiv(blocks, BLOCKS), samples)
    _luma[grid](
        call.pixels, call.rows, tables["fields"], tables["luma"], coded, base, call.channels,
        BLOCKS, num_warps=WARPS, enable_fp_fusion=False,
    )  # fmt: skip
    if call.channels == 3:
        _chroma[grid](
            call.pixels, call.rows, tables["fields"], tables["chroma"], coded, base,
            BLOCKS, num_warps=WARPS, enable_fp_fusion=False,
        )  # fmt: skip
    _decode[(triton.cdiv(int(areas.max()), BLOCK), samples)](
        call.pixels, call.rows, call.finish, tables["fields"], coded, base, call.channels,
        BLOCK, num_warps=WARPS, enable_fp_fusion=False,
    )  # fmt: skip


def jpeg_twice(call: Call, scratch: Sequence[Integers]) -> None:
    """Two round trips, the second in place on what the first has written.

    Tables and scratch as for `jpeg`, of both trips: fields_0 and fields_1.
    """
    tables = {name: call.tables[name] for name in ("luma", "chroma")}
    unchanged = torch.tensor([[-math.inf, math.inf, 0.0]]).to(call.finish.device, non_blocking=True)
    first = {**tables, "fields": call.tables["fields_0"]}
    jpeg(
        call._replace(tables=first, finish=unchanged.expand_as(call.finish).contiguous()),
        scratch[0],
    )
    # Whoever reads a row's source now finds its target.
    rows = torch.cat([call.rows[:, 1:2], call.rows[:, 1:]], dim=1)
    second = {**tables, "fields": call.tables["fields_1"]}
    jpeg(call._replace(tables=second, rows=rows), scratch[1])
