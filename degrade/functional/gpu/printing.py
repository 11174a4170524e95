"""A page printed and scanned, from slot to slot: `operators.printing.print_and_scan_law` in nine launches.

One makes the random numbers, one smooths the paper's texture down its columns; the others turn coverage into a
scan, in float64, by way of two planes a channel: each blur goes down from the second to the first and back
across. The back's blur is that of the page turned over, read from the other side.
"""

from __future__ import annotations

from typing import Any

import torch
import triton
import triton.language as tl

from degrade.functional.gpu.call import Call, Integers
from degrade.functional.gpu.fields import unit_normals
from degrade.functional.gpu.light import from_light, limited, power, to_light
from degrade.functional.gpu.packed import ROW, finished, placed, sides_of, tile
from degrade.functional.gpu.sharpen import smooth

TILE = (8, 64)
WARPS = 4

_NUMBERS = tl.constexpr(10)
_KERNELS = tl.constexpr(4)
BLEED, BACK, SCANNER, TEXTURE = range(4)
_BLEED, _BACK, _SCANNER = tl.constexpr(BLEED), tl.constexpr(BACK), tl.constexpr(SCANNER)
_TEXTURE = tl.constexpr(TEXTURE)
_STARTS = tl.constexpr(4)


@triton.jit
def _taps(kernels, starts, reaches, sample, KERNEL: tl.constexpr):
    """Where a kernel of the sample begins, and how far it goes."""
    place = sample * _KERNELS + KERNEL
    return kernels + tl.load(starts + place), tl.load(reaches + place)


@triton.jit
def _weave(
    normals,
    woven,
    rows,
    scratch,
    kernels,
    starts,
    reaches,
    ROWS: tl.constexpr,
    COLUMNS: tl.constexpr,
):
    """The paper's field smoothed along its columns, still as wide as it was made."""
    sample = tl.program_id(1)
    taps, reach = _taps(kernels, starts, reaches, sample, _TEXTURE)
    height, width = sides_of(rows + sample * ROW)
    wide = width + 2 * reach
    plane, y, x, there = tile((height, wide), ROWS, COLUMNS)
    if plane > 0:
        return
    own = scratch + sample * _STARTS
    at = normals + tl.load(own + 1) + y * wide + x
    total = tl.zeros((ROWS, COLUMNS), tl.float32)
    for tap in range(2 * reach + 1):
        value = tl.load(at + tap * wide, mask=there, other=0.0)
        total = total + tl.load(taps + tap).to(tl.float32) * value
    tl.store(woven + tl.load(own + 2) + y * wide + x, total, mask=there)


@triton.jit
def _texture(woven, y, x, wide, there, taps, reach):
    """The paper's field at pixels: `fields.smooth_field`'s second axis."""
    total = (y + x).to(tl.float32) * 0.0
    for tap in range(2 * reach + 1):
        value = tl.load(woven + y * wide + x + tap, mask=there, other=0.0)
        total = total + tl.load(taps + tap).to(tl.float32) * value
    return total.to(tl.float64)


@triton.jit
def _gained(coverage, gain):
    """`printing.gained`."""
    share = limited(coverage, 0.0, 1.0)
    return limited(share + 4.0 * gain * share * (1.0 - share), 0.0, 1.0)


@triton.jit
def _reflected(coverage, numbers, plane):
    """`printing.reflectance`: the roots are made beforehand."""
    ink, paper = tl.load(numbers + 2), tl.load(numbers + 3 + plane)
    return power(coverage * ink + (1.0 - coverage) * paper, tl.load(numbers + 1))


@triton.jit
def _gains(gains, y, x, sides, numbers):
    """The gains of the sensor's columns and of the lamp at each line."""
    across = tl.load(gains + tl.minimum(x, sides[1] - 1)).to(tl.float64)
    down = tl.load(gains + sides[1] + tl.minimum(y, sides[0] - 1)).to(tl.float64)
    return (1.0 + tl.load(numbers + 8) * across) * (1.0 + tl.load(numbers + 9) * down)


@triton.jit
def _cover(pixels, second, rows, scratch, channels, ROWS: tl.constexpr, COLUMNS: tl.constexpr):
    """Coverage of ink, 1 less the light."""
    sample, row, sides, plane, y, x, there = placed(rows, ROWS, COLUMNS)
    if plane >= channels:
        return
    at = plane.to(tl.int64) * sides[0] * sides[1] + y * sides[1] + x
    value = tl.load(pixels + tl.load(row) + at, mask=there, other=0.0).to(tl.float64)
    tl.store(second + tl.load(scratch + sample * _STARTS) + at, 1.0 - to_light(value), mask=there)


@triton.jit
def _down(
    first, second, rows, scratch, kernels, starts, reaches, channels,
    KERNEL: tl.constexpr, ROWS: tl.constexpr, COLUMNS: tl.constexpr,
):  # fmt: skip
    """A blur along the columns, from the second planes to the first."""
    sample, _, sides, plane, y, x, there = placed(rows, ROWS, COLUMNS)
    if plane >= channels:
        return
    taps, reach = _taps(kernels, starts, reaches, sample, KERNEL)
    own = tl.load(scratch + sample * _STARTS) + plane.to(tl.int64) * sides[0] * sides[1]
    row, column = tl.minimum(y, sides[0] - 1), tl.minimum(x, sides[1] - 1)
    total = smooth(second + own, row, column, sides[0], sides[1], taps, reach, False)
    tl.store(first + own + y * sides[1] + x, total, mask=there)


@triton.jit
def _page(coverage, seen, field, numbers, plane):
    """What the page throws back: ink on paper, less under the back's print, on texture."""
    back = 1.0 - tl.load(numbers + 6) * seen
    return _reflected(coverage, numbers, plane) * back * (1.0 + tl.load(numbers + 7) * field)


@triton.jit
def _smoothed(first, y, x, sides, taps, reach, TURNED: tl.constexpr):
    """A blur's second half, of the page or of the page turned over."""
    row, column = tl.minimum(y, sides[0] - 1), tl.minimum(x, sides[1] - 1)
    if TURNED:
        column = sides[1] - 1 - column
    return smooth(first, row, column, sides[0], sides[1], taps, reach, True)


@triton.jit
def _gain(
    first, second, rows, numbers, scratch, kernels, starts, reaches, channels,
    ROWS: tl.constexpr, COLUMNS: tl.constexpr,
):  # fmt: skip
    """The rest of the bleed, and the dots' gain."""
    sample, _, sides, plane, y, x, there = placed(rows, ROWS, COLUMNS)
    if plane < channels:
        taps, reach = _taps(kernels, starts, reaches, sample, _BLEED)
        own = tl.load(scratch + sample * _STARTS) + plane.to(tl.int64) * sides[0] * sides[1]
        coverage = _smoothed(first + own, y, x, sides, taps, reach, False)
        gained = _gained(coverage, tl.load(numbers + sample * _NUMBERS))
        tl.store(second + own + y * sides[1] + x, gained, mask=there)


@triton.jit
def _print(
    first, second, woven, rows, numbers, scratch, kernels, starts, reaches, channels,
    ROWS: tl.constexpr, COLUMNS: tl.constexpr,
):  # fmt: skip
    """The rest of the back's blur, and the page in place of its coverage."""
    sample, _, sides, plane, y, x, there = placed(rows, ROWS, COLUMNS)
    if plane < channels:
        own = scratch + sample * _STARTS
        taps, reach = _taps(kernels, starts, reaches, sample, _BACK)
        planes = tl.load(own) + plane.to(tl.int64) * sides[0] * sides[1]
        seen = _smoothed(first + planes, y, x, sides, taps, reach, True)
        taps, reach = _taps(kernels, starts, reaches, sample, _TEXTURE)
        field = _texture(woven + tl.load(own + 2), y, x, sides[1] + 2 * reach, there, taps, reach)
        at = second + planes + y * sides[1] + x
        coverage = tl.load(at, mask=there, other=0.0)
        page = _page(coverage, seen, field, numbers + sample * _NUMBERS, plane)
        tl.store(at, page, mask=there)


@triton.jit
def _scan(
    pixels, rows, finish, first, normals, numbers, scratch, kernels, starts, reaches, channels,
    ROWS: tl.constexpr, COLUMNS: tl.constexpr,
):  # fmt: skip
    """The rest of the optics' blur, the gains, and the picture."""
    sample, row, sides, plane, y, x, there = placed(rows, ROWS, COLUMNS)
    own = scratch + sample * _STARTS
    if plane < channels:
        planes = plane.to(tl.int64) * sides[0] * sides[1]
        taps, reach = _taps(kernels, starts, reaches, sample, _SCANNER)
        light = _smoothed(first + tl.load(own) + planes, y, x, sides, taps, reach, False)
        light *= _gains(normals + tl.load(own + 3), y, x, sides, numbers + sample * _NUMBERS)
        out = pixels + tl.load(row + 1) + planes + y * sides[1] + x
        value = finished(from_light(light).to(tl.float32), finish, sample)
        tl.store(out, value, mask=there)


def print_and_scan(call: Call, counts: Integers, woven: Integers) -> None:
    """`operators.printing.print_and_scan_law` of samples, in nine launches.

    counts: int64 (b, 3) on the host, values of the fields of texture, columns and lines. woven: int64 (b, 2),
    sides of the texture between its axes. Tables: keys int64 (b,); fields int64 (b, 3, 4), see
    `fields.unit_normals`; numbers float64 (b, 10), dot gain, Yule and Nielsen's n, the roots of ink and of the
    three papers, show through, texture, streaks and flicker; kernels float64, the taps end to end, and starts
    int64 and reaches int32 (b, 4) of bleed, back, scanner and texture; scratch int64 (b, 4), where a sample's
    planes, its texture, that between its axes, and its gains begin.
    """
    tables, rows, channels = call.tables, call.rows, call.channels
    normals = unit_normals(tables["keys"], tables["fields"].flatten(0, 1), counts.reshape(-1))
    thread = torch.empty(int(woven.prod(1).sum()), device=normals.device)
    first, second = (
        torch.empty(call.values(call.before), dtype=torch.float64, device=normals.device)
        for _ in range(2)
    )
    numbers, scratch = tables["numbers"], tables["scratch"]
    lines = scratch, tables["kernels"], tables["starts"], tables["reaches"]
    _launch(_weave, call, woven, normals, thread, rows, *lines)
    _launch(_cover, call, call.before, call.pixels, second, rows, scratch, channels)
    _launch(_down, call, call.before, first, second, rows, *lines, channels, BLEED)
    _launch(_gain, call, call.before, first, second, rows, numbers, *lines, channels)
    _launch(_down, call, call.before, first, second, rows, *lines, channels, BACK)
    _launch(_print, call, call.before, first, second, thread, rows, numbers, *lines, channels)
    _launch(_down, call, call.before, first, second, rows, *lines, channels, SCANNER)
    scan = call.pixels, rows, call.finish, first, normals, numbers, *lines, channels
    _launch(_scan, call, call.before, *scan)


def _launch(kernel: Any, call: Call, sides: Integers, *arguments: Any) -> None:
    kernel[(call.tiles(sides, *TILE), len(sides))](
        *arguments, *TILE, num_warps=WARPS, enable_fp_fusion=False
    )
