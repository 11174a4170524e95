"""The normal equations of LR = kernel * HR, block by block, so that blocks can be drawn again."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from realsr.estimation.pair.planes import Planes
from realsr.estimation.pair.registration import extent_centre
from realsr.estimation.seen import Plane

Floats = npt.NDArray[np.float64]

BLOCKS = 5
"""Blocks a side."""
MOST_ROWS = 36_000
"""LR pixels that enter the equations."""
EXTRAS = 3
"""Unknowns beside the taps: offset, turn, growth."""


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """gram: X'X. cross: X'y. square: y'y. The columns of X are taps, then offset, turn and growth."""

    gram: Floats
    cross: Floats
    square: float
    rows: int


@dataclass(frozen=True, slots=True, eq=False)
class Equations:
    """A least-squares problem in the taps alone, the extras solved for. blocks: the parts of `whole`."""

    gram: Floats
    cross: Floats
    square: float
    rows: int
    blocks: tuple[Block, ...]
    whole: Block

    @property
    def side(self) -> int:
        return math.isqrt(len(self.cross))

    def misfit(self, taps: Floats) -> float:
        """Sum of squares that a kernel leaves."""
        return float(self.square - 2 * self.cross @ taps + taps @ self.gram @ taps)

    def extras(self, taps: Floats) -> Floats:
        """Offset, turn and growth that go with a kernel."""
        gram, cross = self.whole.gram, self.whole.cross
        own = slice(len(taps), None)
        rest = cross[own] - gram[own, : len(taps)] @ taps
        return np.asarray(np.linalg.solve(gram[own, own], rest), np.float64)

    def extras_covariance(self) -> Floats:
        """Of offset, turn and growth, per square of the noise, the kernel being known."""
        own = slice(len(self.cross), None)
        return np.asarray(np.linalg.inv(self.whole.gram[own, own]), np.float64)

    def scores(self, taps: Floats) -> Floats:
        """Gradients at a kernel, blocks x taps: what each block pulls at it."""
        count = len(taps)
        full = np.concatenate([taps, self.extras(taps)])
        gram = self.whole.gram
        lift = np.linalg.solve(gram[count:, count:], gram[count:, :count])
        pulls = np.array([block.cross - block.gram @ full for block in self.blocks])
        return np.asarray(pulls[:, :count] - pulls[:, count:] @ lift, np.float64)


def equations(
    planes: Planes, hr: Plane, corner: tuple[int, int], reach: int, model: Plane
) -> Equations:
    """Of an HR without turn and growth (see `unbent`).

    corner: the HR pixel about which the taps of LR pixel (0, 0) lie. reach: taps on each side. model: HR
    blurred about as LR is, whose slopes stand for turn and growth.
    """
    blocks = tuple(_blocks(planes, hr, corner, reach, model))
    whole = _summed(blocks)
    gram, cross = whole.gram, whole.cross
    count = (2 * reach + 1) ** 2
    own = gram[count:, count:]
    lift = np.linalg.solve(own, gram[count:, :count])
    return Equations(
        gram[:count, :count] - gram[:count, count:] @ lift,
        cross[:count] - lift.T @ cross[count:],
        float(whole.square - cross[count:] @ np.linalg.solve(own, cross[count:])),
        whole.rows,
        blocks,
        whole,
    )


def _summed(blocks: Sequence[Block]) -> Block:
    return Block(
        np.sum([one.gram for one in blocks], axis=0),
        np.sum([one.cross for one in blocks], axis=0),
        float(sum(one.square for one in blocks)),
        sum(one.rows for one in blocks),
    )


def _blocks(
    planes: Planes, hr: Plane, corner: tuple[int, int], reach: int, model: Plane
) -> Iterator[Block]:
    lr, scale = planes.lr, planes.scale
    spans = [
        usable(low, high, first, reach, scale)
        for low, high, first in zip(lr.shape, hr.shape, corner, strict=True)
    ]
    patches = np.lib.stride_tricks.sliding_window_view(hr, (2 * reach + 1, 2 * reach + 1))
    levels = (float(lr.mean()), float(hr.mean()))
    thin = _thinning(spans)
    slopes = _slopes(model, lr.shape, scale)
    for rows in _cuts(spans[0]):
        for columns in _cuts(spans[1]):
            pick = np.ix_(rows[::thin], columns[::thin])
            y, x = (scale * pick[axis] + corner[axis] for axis in (0, 1))
            taps = patches[y - reach, x - reach].reshape(-1, (2 * reach + 1) ** 2) - levels[1]
            bends = [one[y, x].reshape(-1, 1) for one in slopes]
            terms = np.hstack([taps, np.ones((len(taps), 1)), *bends])
            target = lr[pick].reshape(-1) - levels[0]
            yield Block(terms.T @ terms, terms.T @ target, float(target @ target), len(target))


def usable(low: int, high: int, first: int, reach: int, scale: int) -> range:
    """LR rows, or columns, whose taps all lie in HR, without the outermost of LR, made with borders."""
    begin = max(0, math.ceil((reach - first) / scale)) + 1
    end = min(low - 1, math.floor((high - 1 - reach - first) / scale))
    return range(begin, max(begin, end))


def _cuts(span: range) -> Sequence[npt.NDArray[np.int64]]:
    return np.array_split(np.arange(span.start, span.stop), BLOCKS)


def _thinning(spans: Sequence[range]) -> int:
    return max(1, round(math.sqrt(len(spans[0]) * len(spans[1]) / MOST_ROWS)))


def _slopes(model: Plane, shape: tuple[int, ...], scale: int) -> tuple[Plane, Plane]:
    """What a small turn and growth about the centre add to HR, per unit of each."""
    down, across = np.gradient(model)
    centre = extent_centre(shape, scale)
    rows = np.arange(model.shape[0])[:, None] - centre[0]
    columns = np.arange(model.shape[1])[None] - centre[1]
    return across * rows - down * columns, down * rows + across * columns
