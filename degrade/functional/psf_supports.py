"""Point spread functions of a whole batch cut to their supports: `psf`'s bits without its canvas.

A kernel's values are made at the offsets that its symmetry leaves, an eighth of its square or a half, and
repeated. Sums of multiples of 2**-38 are exact in any order, see `psf.normalised`, so counting a value as often
as it is there changes no bit. Offsets are counted ring by ring about the centre, so that those of a small
kernel are the first of a large one's.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch

from degrade.functional import psf
from degrade.functional.psf import GRID

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

NO_FURTHER = 7.4
"""Sigmas beyond which a Gaussian is 0 on the grid: exp(-7.4**2 / 2) is less than half of 2**-38."""

LARGEST_HALF = 50
"""How far the largest kernel goes from its centre."""


class Supports(NamedTuple):
    """Kernels cut to their true supports: float32, end to end, and how far each goes from its centre."""

    taps: npt.NDArray[np.float32]
    reaches: npt.NDArray[np.int32]


class Offsets(NamedTuple):
    """The offsets of kernels that have a symmetry, ring by ring. Two symmetries, end to end: a half, an eighth.

    x, y, radius: float64 (n,), pixels. rings: max(|x|, |y|). times: how often a value is there, float64.
    begins: where each symmetry begins. counts: int64 (2, half + 1), offsets within each half.
    squares: whose value each place of a square has, int32, all squares of both symmetries end to end;
    square_begins: int64 (2, half + 1).
    """

    x: Floats
    y: Floats
    radius: Floats
    rings: Integers
    times: Floats
    begins: Integers
    counts: Integers
    squares: npt.NDArray[np.int32]
    square_begins: Integers


class _Symmetry(NamedTuple):
    """One symmetry: a row (x, y, ring, times) an offset, and the squares."""

    offsets: Integers
    squares: list[Integers]


def _symmetry(half: int, eightfold: bool) -> _Symmetry:
    y, x = np.mgrid[-half : half + 1, -half : half + 1]
    low, ring = np.minimum(abs(x), abs(y)), np.maximum(abs(x), abs(y))
    place = np.arange(x.size).reshape(x.shape)
    code = low if eightfold else np.minimum(place, x.size - 1 - place)
    code = ring * x.size + code
    _, first, square, times = np.unique(
        code, return_index=True, return_inverse=True, return_counts=True
    )
    columns = [x.ravel()[first], y.ravel()[first], ring.ravel()[first], times]
    square = square.reshape(x.shape)
    inner = (slice(half - reach, half + reach + 1) for reach in range(half + 1))
    return _Symmetry(np.stack(columns), [square[own, own].ravel() for own in inner])


@lru_cache(maxsize=1)
def offsets_up_to(half: int) -> Offsets:
    """The table for kernels that go no further than `half`."""
    both = [_symmetry(half, eightfold) for eightfold in (False, True)]
    x, y, rings, times = np.concatenate([one.offsets for one in both], axis=1)
    squares = [square for one in both for square in one.squares]
    lengths = np.array([len(square) for square in squares])
    return Offsets(
        x=x.astype(np.float64),
        y=y.astype(np.float64),
        radius=torch.hypot(*(torch.from_numpy(abs(side)).double() for side in (x, y))).numpy(),
        rings=rings,
        times=times.astype(np.float64),
        begins=np.array([0, both[0].offsets.shape[1]]),
        counts=np.stack([np.searchsorted(one.offsets[2], range(1, half + 2)) for one in both]),
        squares=np.concatenate(squares).astype(np.int32),
        square_begins=(lengths.cumsum() - lengths).reshape(2, -1),
    )


class Points(NamedTuple):
    """Where values are wanted: places among the offsets, int64 (n,), and the row of each, int64 (n,)."""

    offsets: Offsets
    place: Integers
    row: Integers

    @property
    def x(self) -> Floats:
        return self.offsets.x.take(self.place)

    @property
    def y(self) -> Floats:
        return self.offsets.y.take(self.place)

    @property
    def radius(self) -> Floats:
        return self.offsets.radius.take(self.place)


class Cut(NamedTuple):
    """Kernels that are to be cut to their supports.

    profile: points -> values of peak 1, float64 (n,). halves: int64 (b,), how far each goes at most.
    eightfold: bool (b,), where values depend on |x| and |y| alone, in either order; elsewhere (x, y) and
    (-x, -y) have one.
    """

    profile: Callable[[Points], Floats]
    halves: Integers
    eightfold: npt.NDArray[np.bool_]


def supports_of(cuts: Sequence[Cut]) -> Supports:
    """The supports of the kernels of one or more cuts, one cut after the other."""
    halves = np.concatenate([cut.halves for cut in cuts])
    kind = np.concatenate([cut.eightfold for cut in cuts]).astype(np.int64)
    table = offsets_up_to(LARGEST_HALF)
    lengths = table.counts[kind, halves]
    starts = lengths.cumsum() - lengths
    row = np.repeat(np.arange(len(halves)), lengths)
    place = np.arange(len(row)) + (table.begins[kind] - starts)[row]
    rounded = np.rint(_values(cuts, table, row, place) * GRID) / GRID
    sums = np.add.reduceat(rounded * table.times[place], starts)
    taps = (rounded / sums[row]).astype(np.float32)
    reaches = np.maximum.reduceat(np.where(taps != 0, table.rings[place], 0), starts)
    return Supports(taps.take(_squares(table, kind, reaches, starts)), reaches.astype(np.int32))


def _values(cuts: Sequence[Cut], table: Offsets, row: Integers, place: Integers) -> Floats:
    """The values of all kernels, each by its own profile. row, place: of each value its kernel and offset."""
    firsts = np.cumsum([0, *(len(cut.halves) for cut in cuts)])
    bounds = np.searchsorted(row, firsts)
    made = []
    for cut, first, start, end in zip(cuts, firsts[:-1], bounds[:-1], bounds[1:], strict=True):
        points = Points(table, place[start:end], row[start:end] - first)
        made.append(cut.profile(points))
    return np.concatenate(made)


def _squares(
    table: Offsets, kind: Integers, reaches: Integers, starts: Integers
) -> npt.NDArray[np.int32]:
    """Whose value each place of each square has, of values that start at `starts`."""
    lengths = (2 * reaches + 1) ** 2
    ends = lengths.cumsum()
    shifts = table.square_begins[kind, reaches] - (ends - lengths)
    place = np.repeat(shifts.astype(np.int32), lengths)
    place += np.arange(ends[-1], dtype=np.int32)
    squares = table.squares.take(place)
    squares += np.repeat(starts.astype(np.int32), lengths)
    return squares


def _columns(*polynomials: Sequence[float]) -> list[Floats]:
    """Coefficients of some polynomials by falling powers, float64 (polynomials, 1) each; zeros come first."""
    most = max(map(len, polynomials))
    padded = [(*[0.0] * (most - len(own)), *own) for own in polynomials]
    return [np.array(own)[:, None] for own in zip(*padded, strict=True)]


_NEAR = _columns(psf.J1_RP, psf.J1_RQ)
_FAR = _columns(psf.J1_PP, psf.J1_PQ, psf.J1_QP, psf.J1_QQ)


def _polynomials(columns: Sequence[Floats], z: Floats) -> Floats:
    """All polynomials at z, float64 (polynomials, n): by Horner's rule, where leading zeros change no bit."""
    value = np.repeat(columns[0], len(z), axis=1)
    for column in columns[1:]:
        value *= z
        value += column
    return value


def jinc_at(x: Floats) -> Floats:
    """`psf.jinc` of each value by the approximation that it needs, float64 (n,)."""
    out, near = np.empty_like(x), x <= 5.0
    z = np.square(x[near])
    above, below = _polynomials(_NEAR, z)
    out[near] = 2.0 * above / below * (z - psf.J1_ZERO_1) * (z - psf.J1_ZERO_2)
    far = x[~near]
    w, phase, root = 5.0 / far, torch.from_numpy(far - 0.75 * math.pi), torch.from_numpy(far) ** 1.5
    p_above, p_below, q_above, q_below = _polynomials(_FAR, w * w)
    wave = p_above / p_below * torch.cos(phase).numpy()
    wave -= w * (q_above / q_below) * torch.sin(phase).numpy()
    out[~near] = 2.0 * math.sqrt(2.0 / math.pi) * wave / root.numpy()
    return out
