"""Unsharp masks and halos from slot to slot: a separable Gaussian in float64, along columns and along rows, in
two launches.

The order is that of `filtering.correlate_separable`: taps from the top down, then from left to right. Between
the two lies a scratch plane of float64.
"""

from __future__ import annotations

import torch
import triton
import triton.language as tl

from degrade.functional.color import BT601
from degrade.functional.gpu.call import Call
from degrade.functional.gpu.correlation import TILE, WARPS, inside
from degrade.functional.gpu.packed import finished, placed

_RED, _GREEN, _BLUE = map(tl.constexpr, BT601)


@triton.jit
def smooth(read, y, x, height, width, taps, reach, ACROSS: tl.constexpr):
    """The Gaussian along one axis at places y and x of the plane at `read`, borders mirrored."""
    length = width if ACROSS else height
    folds = tl.cdiv(reach, tl.maximum(length - 1, 1))
    total = tl.zeros((y.shape[0], x.shape[1]), tl.float64)
    for tap in range(2 * reach + 1):
        if ACROSS:
            at = y * width + inside(x + (tap - reach), length - 1, folds)
        else:
            at = inside(y + (tap - reach), length - 1, folds) * width + x
        total = total + tl.load(read + at).to(tl.float64) * tl.load(taps + tap)
    return total


@triton.jit
def _mask(
    pixels, middle, rows, finish, kernels, starts, reaches, scratch, shares, channels,
    ACROSS: tl.constexpr, ROWS: tl.constexpr, COLUMNS: tl.constexpr,
):  # fmt: skip
    sample, row, sides, plane, y, x, there = placed(rows, ROWS, COLUMNS)
    if plane >= channels:
        return
    height, width = sides[0], sides[1]
    y, x = tl.minimum(y, height - 1), tl.minimum(x, width - 1)
    place = plane.to(tl.int64) * height * width
    source, between = pixels + tl.load(row) + place, middle + tl.load(scratch + sample) + place
    taps, reach = kernels + tl.load(starts + sample), tl.load(reaches + sample)
    if ACROSS:
        rest = smooth(between, y, x, height, width, taps, reach, True)
        value = tl.load(source + y * width + x).to(tl.float64)
        out = value + tl.load(shares + sample) * (value - rest)
        write = pixels + tl.load(row + 1) + place + y * width + x
        tl.store(write, finished(out.to(tl.float32), finish, sample), mask=there)
    else:
        rest = smooth(source, y, x, height, width, taps, reach, False)
        tl.store(between + y * width + x, rest, mask=there)


def oversharpen(call: Call) -> None:
    """value + share * (value - Gaussian of it), in two launches.

    Tables: kernels float64, the taps end to end; starts int64 and reaches int32 (b,), where a sample's taps
    begin and how far they go; scratch int64 (b,) and shares float64 (b,).
    """
    tables = call.tables
    middle = torch.empty(call.values(call.before), dtype=torch.float64, device=call.pixels.device)
    names = ("kernels", "starts", "reaches", "scratch", "shares")
    for across in (False, True):
        _mask[(call.tiles(call.before, *TILE), len(call.before))](
            call.pixels, middle, call.rows, call.finish, *(tables[name] for name in names),
            call.channels, across, *TILE, num_warps=WARPS, enable_fp_fusion=False,
        )  # fmt: skip


@triton.jit
def _luma(source, at, area, channels):
    """`color.luma` of a pixel, float64; one channel is its own."""
    luma = tl.load(source + at).to(tl.float64)
    if channels == 3:
        green, blue = tl.load(source + area + at), tl.load(source + 2 * area + at)
        luma = luma * _RED + green.to(tl.float64) * _GREEN + blue.to(tl.float64) * _BLUE
    return luma


@triton.jit
def _luma_down(source, y, x, sides, taps, reach, channels):
    """The luma's Gaussian along columns, borders mirrored."""
    folds = tl.cdiv(reach, tl.maximum(sides[0] - 1, 1))
    total = tl.zeros((y.shape[0], x.shape[1]), tl.float64)
    for tap in range(2 * reach + 1):
        at = inside(y + (tap - reach), sides[0] - 1, folds) * sides[1] + x
        total = total + _luma(source, at, sides[0] * sides[1], channels) * tl.load(taps + tap)
    return total


@triton.jit
def _rim(luma, rest, numbers):
    """What is added to a pixel of every channel."""
    rim = tl.load(numbers) * (luma - rest)
    rim = tl.maximum(rim, tl.load(numbers + 1), propagate_nan=tl.PropagateNan.ALL)
    return tl.minimum(rim, tl.load(numbers + 2), propagate_nan=tl.PropagateNan.ALL)


@triton.jit
def _halo(
    pixels, middle, rows, finish, kernels, starts, reaches, scratch, numbers, channels,
    ACROSS: tl.constexpr, ROWS: tl.constexpr, COLUMNS: tl.constexpr,
):  # fmt: skip
    sample, row, sides, plane, y, x, there = placed(rows, ROWS, COLUMNS)
    if plane > 0:
        return
    area, at = sides[0] * sides[1], y * sides[1] + x
    y, x = tl.minimum(y, sides[0] - 1), tl.minimum(x, sides[1] - 1)
    source, between = pixels + tl.load(row), middle + tl.load(scratch + sample)
    taps, reach = kernels + tl.load(starts + sample), tl.load(reaches + sample)
    if ACROSS:
        rest = smooth(between, y, x, sides[0], sides[1], taps, reach, True)
        rim = _rim(_luma(source, y * sides[1] + x, area, channels), rest, numbers + 3 * sample)
        for channel in range(channels):
            place = channel * area + at
            value = tl.load(source + place, mask=there, other=0.0).to(tl.float64)
            out = finished((value + rim).to(tl.float32), finish, sample)
            tl.store(pixels + tl.load(row + 1) + place, out, mask=there)
    else:
        rest = _luma_down(source, y, x, sides, taps, reach, channels)
        tl.store(between + at, rest, mask=there)


def halo(call: Call) -> None:
    """value + share * (luma - Gaussian of it), limited, in two launches.

    Tables: as for `oversharpen`, with numbers float64 (b, 3), the share and the least and the greatest that is
    added, for shares; scratch is of one plane a sample.
    """
    tables, values = call.tables, call.values(call.before) // call.channels
    middle = torch.empty(values, dtype=torch.float64, device=call.pixels.device)
    names = ("kernels", "starts", "reaches", "scratch", "numbers")
    for across in (False, True):
        _halo[(call.tiles(call.before, *TILE) // call.channels, len(call.before))](
            call.pixels, middle, call.rows, call.finish, *(tables[name] for name in names),
            call.channels, across, *TILE, num_warps=WARPS, enable_fp_fusion=False,
        )  # fmt: skip


@triton.jit
def _usm(
    pixels, middle, residuals, chosen, rows, finish, kernels, starts, reaches, scratch, numbers,
    channels, STAGE: tl.constexpr, ROWS: tl.constexpr, COLUMNS: tl.constexpr,
):  # fmt: skip
    """The residual in stages 0 and 1, the share of it in stages 2 and 3; even stages go along columns."""
    sample, row, sides, plane, y, x, there = placed(rows, ROWS, COLUMNS)
    if plane >= channels:
        return
    height, width = sides[0], sides[1]
    y, x = tl.minimum(y, height - 1), tl.minimum(x, width - 1)
    place = plane.to(tl.int64) * height * width
    source, between = pixels + tl.load(row) + place, tl.load(scratch + sample) + place
    taps, reach = kernels + tl.load(starts + sample), tl.load(reaches + sample)
    weight, limit = tl.load(numbers + 2 * sample), tl.load(numbers + 2 * sample + 1)
    at = y * width + x
    if STAGE == 0:
        rest = smooth(source, y, x, height, width, taps, reach, False)
        tl.store(middle + between + at, rest, mask=there)
    elif STAGE == 1:
        rest = smooth(middle + between, y, x, height, width, taps, reach, True)
        residual = tl.load(source + at).to(tl.float64) - rest
        tl.store(residuals + between + at, residual.to(tl.float32), mask=there)
        passed = (tl.abs(residual) > limit).to(tl.uint8)
        tl.store(chosen + between + at, passed, mask=there)
    elif STAGE == 2:
        rest = smooth(chosen + between, y, x, height, width, taps, reach, False)
        tl.store(middle + between + at, rest, mask=there)
    else:
        share = smooth(middle + between, y, x, height, width, taps, reach, True)
        value = tl.load(source + at).to(tl.float64)
        sharp = value + weight * tl.load(residuals + between + at).to(tl.float64)
        sharp = tl.minimum(tl.maximum(sharp, 0.0), 1.0)
        out = (share * sharp + (1.0 - share) * value).to(tl.float32)
        write = pixels + tl.load(row + 1) + place + at
        tl.store(write, finished(out, finish, sample), mask=there)


def usm(call: Call) -> None:
    """`operators.sharpen`'s unsharp mask with a threshold, in four launches.

    Which pixels are chosen is decided in float64; residuals lie in float32 between the launches. Tables: as for
    `oversharpen`, with numbers float64 (b, 2), the residual's weight and the limit it must pass, for shares.
    """
    tables, device, values = call.tables, call.pixels.device, call.values(call.before)
    middle = torch.empty(values, dtype=torch.float64, device=device)
    residuals = torch.empty(values, device=device)
    chosen = torch.empty(values, dtype=torch.uint8, device=device)
    names = ("kernels", "starts", "reaches", "scratch", "numbers")
    for stage in range(4):
        _usm[(call.tiles(call.before, *TILE), len(call.before))](
            call.pixels, middle, residuals, chosen, call.rows, call.finish,
            *(tables[name] for name in names), call.channels, stage, *TILE,
            num_warps=WARPS, enable_fp_fusion=False,
        )  # fmt: skip
