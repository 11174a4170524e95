"""Chroma subsampling: at which size of the chroma planes their coefficients lie on steps.

A decoder that interpolates gives two neighbouring pixels (3 a + b) / 4 and (a + 3 b) / 4 of the chroma samples
a and b round them, which can be solved for the samples. Each way of subsampling is tried; where the planes
have the size that was coded, their coefficients are multiples of steps, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from realsr.estimation.codec.blocks import SIDE, Bytes, Flags, Floats, Grid, clipped
from realsr.estimation.codec.densities import Counts, Doubles, cumulated, histograms
from realsr.estimation.codec.likelihood import gain as log_gain
from realsr.estimation.codec.spectrum import kept_blocks
from realsr.estimation.codec.tables import SUBSAMPLINGS, Steps

Halved = tuple[bool, bool]
WAYS: tuple[Halved, ...] = ((False, False), (False, True), (True, False), (True, True))
"""By whether rows and columns are halved."""
ERROR = 0.34
"""Standard deviation of a chroma value through rounding: in variance 1/12 by the decoder's own, 0.03 by that of
red, green and blue."""
GROWTH = 1.12
"""By which solving for one axis' samples multiplies it: sqrt(9 + 9 + 1 + 1) / 4."""
LOW = np.array(
    [row * SIDE + column for row in range(5) for column in range(5) if 0 < row + column < 5]
)
"""The frequencies that are looked at: chroma has little above them."""
STEPS: Steps = np.arange(2, 64)
CALIBRATING: tuple[Grid, ...] = ((0, 0), (1, 5), (2, 3), (3, 6), (4, 1), (5, 4), (6, 7), (7, 2))
LEAST_GAIN = 12.0
LEAST_LEAD = 6.0


def chroma(pixels: Bytes) -> Floats:
    """The chroma planes (2, h, w) of RGB pixels (h, w, 3), centred at 0."""
    weights = np.array([[-0.168736, -0.331264, 0.5], [0.5, -0.418688, -0.081312]], np.float32)
    return np.asarray(np.moveaxis(pixels.astype(np.float32) @ weights.T, 2, 0), np.float32)


def samples(plane: Floats, start: int) -> Floats:
    """The samples (h, n) whose interpolation along columns gave a plane (h, w) in pairs from column `start`."""
    count = (plane.shape[1] - start - 2) // 2
    around = [plane[:, start + place : start + place + 2 * count : 2] for place in range(-1, 3)]
    return np.asarray((3 * (around[1] + around[2]) - around[0] - around[3]) / 4, np.float32)


def spoiled_samples(spoiled: Flags, start: int) -> Flags:
    """Which samples (h, n) of `samples` rest on a spoiled pixel (h, w)."""
    count = (spoiled.shape[1] - start - 2) // 2
    around = [spoiled[:, start + place : start + place + 2 * count : 2] for place in range(-1, 3)]
    return np.asarray(np.logical_or.reduce(around), np.bool_)


def _starts(begin: int, halved: bool) -> list[int]:
    """Where blocks may begin among the samples, given where they begin among the pixels."""
    if not halved:
        return [begin]
    # The first sample stands at pixel 1 or 2; two places, since a block is 16 pixels wide.
    first = (begin - _first_pair(begin)) // 2
    return [first % SIDE, (first + SIDE // 2) % SIDE]


def _first_pair(begin: int) -> int:
    return 2 - begin % 2


@dataclass(frozen=True, slots=True, eq=False)
class _Plane:
    """Samples (h, w), which of them are spoiled, and their cumulated shares over other grids."""

    values: Floats
    spoiled: Flags
    shares: Doubles

    @classmethod
    def of(cls, values: Floats, spoiled: Flags) -> _Plane:
        pooled = sum(histograms(kept_blocks(values, spoiled, each)) for each in CALIBRATING)
        return cls(values, spoiled, cumulated(np.asarray(pooled)))


def _gain(plane: _Plane, grid: Grid, error: float, table: Steps | None) -> float:
    shares = plane.shares
    counts = histograms(kept_blocks(plane.values, plane.spoiled, grid))
    if table is None:
        found = [_best(shares[each], counts[each], STEPS, error) for each in LOW]
        return float(np.maximum(found, 0.0).sum())
    return sum(_best(shares[each], counts[each], table[each : each + 1], error) for each in LOW)


def _best(shares: Doubles, counts: Counts, steps: Steps, error: float) -> float:
    return float(log_gain(shares, steps, error, counts).max() - np.log(len(steps)))


def _planes(planes: Floats, spoiled: Flags, grid: Grid, halved: Halved) -> Iterator[_Plane]:
    for plane in planes:
        found, bad = plane, spoiled
        if halved[1]:
            start = _first_pair(grid[1])
            found, bad = samples(found, start), spoiled_samples(bad, start)
        if halved[0]:
            start = _first_pair(grid[0])
            found, bad = samples(found.T, start).T, spoiled_samples(bad.T, start).T
        yield _Plane.of(found, bad)


def gain(pixels: Bytes, grid: Grid, halved: Halved, table: Steps | None) -> float:
    """The gain of log likelihood by one way of subsampling, over pixels (h, w, 3) whose blocks begin at `grid`.

    table: the chroma's steps (64,), None where they are not known.
    """
    error = ERROR * GROWTH ** sum(halved)
    planes = list(_planes(chroma(pixels), clipped(pixels), grid, halved))
    rows, columns = (_starts(begin, half) for begin, half in zip(grid, halved, strict=True))
    places = [(row, column) for row in rows for column in columns]
    return max(sum(_gain(plane, place, error, table) for plane in planes) for place in places)


def subsampling(pixels: Bytes, grid: Grid, table: Steps | None = None) -> str | None:
    """Of pixels (h, w, 3) whose blocks begin at `grid`; None where the chroma is too smooth to tell."""
    found = {SUBSAMPLINGS[1 + way[0], 1 + way[1]]: gain(pixels, grid, way, table) for way in WAYS}
    order = sorted(found, key=found.__getitem__, reverse=True)
    told = found[order[0]] > LEAST_GAIN and found[order[0]] - found[order[1]] > LEAST_LEAD
    return order[0] if told else None
