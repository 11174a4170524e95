"""Taps of resampling filters: `resample.taps`, operation for operation, in one launch for any number of lines.

A program makes POSITIONS positions of one line. Weights are never kept on the way: what normalises and balances
them needs sums over a position's taps, in order, and every such pass makes the weights anew. Float64 throughout
and without fused multiply-add, so that the bits are torch's where the filter is a polynomial.

A row of `lines` (float64): scale, shift, input side, output side, stretch, reach, taps, whether pixels beyond
the border are dropped, whether the weights are balanced, whether windows are those of `adaptive_area`; then the
filter's kind and its three numbers. A row of `starts` (int64): where the line's firsts begin (one a position,
int32, the input pixel of the first tap) and its weights (tap after tap, each for all positions).
"""

from __future__ import annotations

import torch
import triton
import triton.language as tl

from degrade.functional.filters import LOBES
from degrade.functional.gpu import kinds

COLUMNS = 14
POSITIONS = 128
WARPS = 4

_COLUMNS = tl.constexpr(COLUMNS)
_TIE_GRID = tl.constexpr(2.0**36)
_WHOLE = tl.constexpr(2.0**52)
_PI = tl.constexpr(torch.pi)
_LOBES = tl.constexpr(LOBES)
_TURN = tl.constexpr(torch.pi / LOBES)

_COVERAGE = tl.constexpr(kinds.COVERAGE)
_TRIANGLE = tl.constexpr(kinds.TRIANGLE)
_CUBIC = tl.constexpr(kinds.CUBIC)
_CUBICS = tl.constexpr(kinds.CUBICS)
_LAGRANGE = tl.constexpr(kinds.LAGRANGE)
_MAGIC_2013 = tl.constexpr(kinds.MAGIC_2013)
_MAGIC_2021 = tl.constexpr(kinds.MAGIC_2021)
_GAUSSIAN = tl.constexpr(kinds.GAUSSIAN)
_LANCZOS = tl.constexpr(kinds.LANCZOS)
_COSINES = tl.constexpr(kinds.COSINES)


@triton.jit
def nearest(value):
    """The nearest whole number of a float64, halves to even."""
    size = tl.abs(value)
    rounded = tl.where(size < _WHOLE, (size + _WHOLE) - _WHOLE, size)
    return tl.where(value < 0.0, -rounded, rounded)


@triton.jit
def _cubic(d, a):
    u = tl.abs(d)
    near = ((a + 2.0) * u - (a + 3.0)) * u * u + 1.0
    far = ((a * u - 5.0 * a) * u + 8.0 * a) * u - 4.0 * a
    return tl.where(u < 1.0, near, tl.where(u < 2.0, far, 0.0))


@triton.jit
def _cubics(d, b, c):
    u = tl.abs(d)
    near = ((12.0 - 9.0 * b - 6.0 * c) * u - (18.0 - 12.0 * b - 6.0 * c)) * u * u + (6.0 - 2.0 * b)
    far = (((-b - 6.0 * c) * u + (6.0 * b + 30.0 * c)) * u - (12.0 * b + 48.0 * c)) * u
    far = far + (8.0 * b + 24.0 * c)
    return tl.where(u < 1.0, near, tl.where(u < 2.0, far, 0.0)) / 6.0


@triton.jit
def _lagrange(d):
    u = tl.abs(d)
    near = (1.0 - u * u) * (2.0 - u) / 2.0
    far = (1.0 - u) * (2.0 - u) * (3.0 - u) / 6.0
    return tl.where(u < 1.0, near, tl.where(u < 2.0, far, 0.0))


@triton.jit
def _bspline(d):
    u = tl.abs(d)
    far = 0.5 * (1.5 - u) * (1.5 - u)
    return tl.where(u < 0.5, 0.75 - u * u, tl.where(u < 1.5, far, 0.0))


@triton.jit
def _magic(d):
    sides = _bspline(d - 1.0) + _bspline(d + 1.0)
    return 1.5 * _bspline(d) - 0.25 * sides


@triton.jit
def _sinc(d):
    turn = d * _PI
    return tl.where(turn == 0.0, 1.0, tl.sin(turn) / tl.where(turn == 0.0, 1.0, turn))


@triton.jit
def _coverage(d, stretch):
    half = 0.5 * stretch
    return tl.maximum(tl.minimum(d + 0.5, half) - tl.maximum(d - 0.5, -half), 0.0)


@triton.jit
def _polynomial(u, kind, p, q):
    """A filter made of cubics at a distance in its own unit; 1 everywhere for other kinds."""
    weight = tl.zeros_like(u) + 1.0
    if kind == _TRIANGLE:
        weight = tl.maximum(1.0 - tl.abs(u), 0.0)
    elif kind == _CUBIC:
        weight = _cubic(u, p)
    elif kind == _CUBICS:
        weight = _cubics(u, p, q)
    elif kind == _LAGRANGE:
        weight = _lagrange(u)
    elif kind == _MAGIC_2013:
        weight = _magic(u)
    elif kind == _MAGIC_2021:
        weight = (34.0 * _magic(u) + (_magic(u - 2.0) + _magic(u + 2.0))) / 36.0
    return weight


@triton.jit
def _weight(d, stretch, kind, p, q, r):
    """The filter at a distance, not normalised: `filters.FILTERS`."""
    u = d / stretch
    weight = _polynomial(u, kind, p, q)
    if kind == _COVERAGE:
        weight = _coverage(d, stretch)
    elif kind == _GAUSSIAN:
        weight = tl.where(tl.abs(u) < 2.0, tl.exp(-2.0 * u * u), 0.0)
    elif kind == _LANCZOS:
        weight = tl.where(tl.abs(u) < p, _sinc(u) * _sinc(u / p), 0.0)
    elif kind == _COSINES:
        turn = u * _TURN
        window = p + q * tl.cos(turn) + r * tl.cos(2.0 * turn)
        weight = tl.where(tl.abs(u) < _LOBES, _sinc(u) * window, 0.0)
    return weight


@triton.jit
def _tap(line, out, first, end, position, tap):
    """A tap's weight before it is normalised, and its distance from the position wanted."""
    index = first + tap
    distance = index - position
    weight = _weight(
        distance, tl.load(line + 4), tl.load(line + 10).to(tl.int32),
        tl.load(line + 11), tl.load(line + 12), tl.load(line + 13),
    )  # fmt: skip
    weight = tl.where((index < end) & (out < tl.load(line + 3)), weight, 0.0)
    if tl.load(line + 7) != 0.0:
        weight = tl.where((index >= 0.0) & (index < tl.load(line + 2)), weight, 0.0)
    return weight, distance


@triton.jit
def _or_one(total):
    return tl.where(total == 0.0, 1.0, total)


@triton.jit
def _window(line, out):
    """Where output positions lie in the input, their first tap's pixel, and the end of their taps."""
    position = nearest((tl.load(line) * out + tl.load(line + 1)) * _TIE_GRID) / _TIE_GRID
    first = tl.floor(position - tl.load(line + 5)) + 1.0
    if tl.load(line + 7) != 0.0:
        first = tl.maximum(first, 0.0)
    end = first + tl.load(line + 6)
    if tl.load(line + 9) != 0.0:
        size_in, size_out = tl.load(line + 2), tl.load(line + 3)
        first = tl.floor(out * size_in / size_out)
        end = tl.ceil((out + 1.0) * size_in / size_out)
    return position, first, end


@triton.jit
def _balance(line, out, first, end, position, total):
    """The centre that weights are tilted about, and how far: `resample.balanced`."""
    taps = tl.load(line + 6).to(tl.int32)
    centre, mass, moment, spread = total * 0.0, total * 0.0, total * 0.0, total * 0.0
    for tap in range(taps):
        weight, distance = _tap(line, out, first, end, position, tap)
        weight = weight / total
        centre += tl.abs(weight) * distance
        mass += tl.abs(weight)
        moment += weight * distance
    centre = centre / _or_one(mass)
    for tap in range(taps):
        weight, distance = _tap(line, out, first, end, position, tap)
        lever = distance - centre
        spread += tl.abs(weight / total) * lever * lever
    return centre, -moment / _or_one(spread)


@triton.jit
def _make_taps(lines, starts, firsts, weights, POSITIONS: tl.constexpr):
    line, start = lines + tl.program_id(1) * _COLUMNS, starts + 2 * tl.program_id(1)
    size_out, taps = tl.load(line + 3).to(tl.int32), tl.load(line + 6).to(tl.int32)
    place = tl.program_id(0) * POSITIONS + tl.arange(0, POSITIONS)
    if tl.program_id(0) * POSITIONS >= size_out:
        return
    there, out = place < size_out, place.to(tl.float64)
    position, first, end = _window(line, out)
    tl.store(firsts + tl.load(start) + place, first.to(tl.int32), mask=there)
    total = tl.zeros((POSITIONS,), tl.float64)
    for tap in range(taps):
        weight, _ = _tap(line, out, first, end, position, tap)
        total += weight
    total = _or_one(total)
    centre, tilt = position, position * 0.0
    if tl.load(line + 8) != 0.0:
        centre, tilt = _balance(line, out, first, end, position, total)
    made = weights + tl.load(start + 1) + place
    for tap in range(taps):
        weight, distance = _tap(line, out, first, end, position, tap)
        weight = weight / total
        if tl.load(line + 8) != 0.0:
            weight = weight + tilt * tl.abs(weight) * (distance - centre)
        tl.store(made + tap * size_out, weight.to(weights.dtype.element_ty), mask=there)


def make_taps(
    lines: torch.Tensor,
    starts: torch.Tensor,
    most: int,
    counts: tuple[int, int],
    dtype: torch.dtype = torch.float32,
) -> tuple[torch.Tensor, torch.Tensor]:
    """First input pixels, int32, and weights of all lines, end to end as `starts` says.

    lines: float64 (n, 14). starts: int64 (n, 2). most: positions of the longest line. counts: lengths of the
    two results.
    """
    firsts = torch.empty(counts[0], dtype=torch.int32, device=lines.device)
    weights = torch.empty(counts[1], dtype=dtype, device=lines.device)
    _make_taps[(triton.cdiv(most, POSITIONS), len(lines))](
        lines, starts, firsts, weights, POSITIONS, num_warps=WARPS, enable_fp_fusion=False
    )
    return firsts, weights
