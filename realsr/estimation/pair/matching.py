"""Which resampler of the table made an LR: its distance to every row's LR, and the class that is left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from realsr.estimation.pair.encoding import can_encode, encoded
from realsr.estimation.pair.leftover import Leftover, blocks
from realsr.estimation.pair.resamplers import ResamplerRow, resampler_rows
from realsr.estimation.seen import JpegTables, SeenPair

Floats = npt.NDArray[np.float64]
Pixels = npt.NDArray[np.uint8]

SIDE = 256
"""Of the part of LR that is compared, in LR pixels, at most."""
BORDER = 16
"""LR pixels at its border that are left out: what lies beyond is mirrored here and there."""
PLAUSIBLE = 7.0
"""Log of the likelihood's ratio to the best row beyond which a row is told apart."""
SLACK = 30.0
"""Log of the likelihood's ratio to the fitted kernel beyond which no row made the LR."""
TAPS = 60
"""Parameters that a fitted kernel has in effect, at most."""


@dataclass(frozen=True, slots=True)
class Match:
    """best: the nearest row, first of its class. equal: rows with the same pixels on this picture. near: rows
    that noise hides from it. probability: of its class among those. explains: whether it may have made LR.
    distance: root mean square from LR in levels, and one a block.
    """

    best: ResamplerRow
    equal: tuple[ResamplerRow, ...]
    near: tuple[ResamplerRow, ...]
    probability: float
    explains: bool
    distance: float
    squares: Floats

    def antialias(self) -> bool | None:
        """None where the rows of the class differ, or know no such choice."""
        told = {row.antialias for row in (self.best, *self.equal, *self.near)}
        return told.pop() if len(told) == 1 else None


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """LR and HR of the part that is compared, and where it lies in LR."""

    lr: Pixels
    hr: Pixels
    top: int
    left: int
    tables: JpegTables | None

    @property
    def inside(self) -> tuple[slice, slice]:
        return slice(BORDER, -BORDER), slice(BORDER, -BORDER)

    def squares(self, made: Pixels) -> Floats:
        """Squared differences of LR and what was made, `h w c`, border left out; made is compressed first."""
        through = made if self.tables is None else encoded(made, self.tables)
        return (
            through[self.inside].astype(np.float64) - self.lr[self.inside].astype(np.float64)
        ) ** 2


def refused(pair: SeenPair) -> str | None:
    """Why rows cannot be compared with a pair's LR; None where they can."""
    if pair.scale == 1:
        return "LR and HR have one size: nothing was resampled"
    if pair.lr.grey != pair.hr.grey:
        return "one picture is grey and the other is not"
    if pair.lr.pixels.dtype != np.uint8 or pair.hr.pixels.dtype != np.uint8:
        return "rows are compared in 8 bits, and a picture has 16"
    if min(pair.lr.height, pair.lr.width) < 3 * BORDER:
        return f"LR is smaller than {3 * BORDER} px"
    if pair.lr.tables is not None and not can_encode(pair.lr.tables):
        return "LR's own JPEG form (chroma subsampling, turned grid or steps above 255) is not made again"
    return None


def match(pair: SeenPair, rest: Leftover) -> Match:
    """The nearest class of rows. rest: what the fitted kernel leaves, against which rows are judged."""
    part = _part(pair)
    rows = resampler_rows(pair.scale)
    made = [row.applied([part.hr], pair.scale)[0] for row in rows]
    classes = _classes(rows, made)
    squares = [part.squares(made[places[0]]) for places in classes]
    totals = np.array([float(one.sum()) for one in squares])
    first = int(np.argmin(totals))
    count = squares[first].size / (1 + 2 * max(rest.grey_share(), 0.0) * (part.lr.shape[2] == 3))
    worse = _log_ratios(totals, first, count)
    near = [place for place in np.flatnonzero(worse < PLAUSIBLE) if place != first]
    best, *equal = (rows[place] for place in classes[first])
    return Match(
        best,
        tuple(equal),
        tuple(rows[row] for place in near for row in classes[place]),
        float(1 / (1 + np.exp(-worse[near]).sum())),
        _explains(totals[first] / squares[first].size, _kernels_own(part, rest), count),
        float(np.sqrt(totals[first] / squares[first].size)),
        np.array([float(squares[first][one].mean()) for one in blocks(squares[first].shape[:2])]),
    )


def _part(pair: SeenPair) -> _Part:
    """The middle of the pair, on whole blocks of a JPEG."""
    scale = pair.scale
    sides = (pair.lr.height, pair.lr.width)
    top, left = (max(0, side - SIDE) // 2 // 16 * 16 for side in sides)
    lr = pair.lr.pixels[top : top + SIDE, left : left + SIDE]
    height, width = lr.shape[:2]
    hr = pair.hr.pixels[scale * top :, scale * left :][: scale * height, : scale * width]
    return _Part(lr, np.ascontiguousarray(hr), top, left, pair.lr.tables)  # type: ignore[arg-type]


def _classes(rows: Sequence[ResamplerRow], made: Sequence[Pixels]) -> list[list[int]]:
    """Places of rows with the same pixels, border left out, in the order of the table."""
    inside = slice(BORDER, -BORDER)
    found: dict[bytes, list[int]] = {}
    for place in range(len(rows)):
        found.setdefault(made[place][inside, inside].tobytes(), []).append(place)
    return list(found.values())


def _log_ratios(totals: Floats, first: int, count: float) -> Floats:
    """Log likelihoods below that of the best, the noise being what the best leaves."""
    if totals[first] == 0:
        return np.where(totals == 0, 0.0, np.inf)
    return np.asarray(count / 2 * np.log(totals / totals[first]), np.float64)


def _kernels_own(part: _Part, rest: Leftover) -> float:
    """Mean square that the fitted kernel leaves on the same part, in eight bits and compressed alike."""
    made = part.lr.copy()
    rows, columns = (
        slice(max(0, first - start), None)
        for first, start in ((rest.top, part.top), (rest.left, part.left))
    )
    inner = np.clip(np.floor(rest.explained + 0.5), 0, 255).astype(np.uint8)
    inner = inner[max(0, part.top - rest.top) :, max(0, part.left - rest.left) :]
    window = made[rows, columns]
    height, width = min(len(window), len(inner)), min(window.shape[1], inner.shape[1])
    window[:height, :width] = inner[:height, :width]
    return float(part.squares(made).mean())


def _explains(best: float, kernels: float, count: float) -> bool:
    """Whether a row leaves no more than the fitted kernel, which knows no rounding, but has many taps."""
    if best == 0:
        return True
    return bool(count / 2 * np.log(best / max(kernels, 1e-9)) < SLACK + 0.5 * np.log(count) * TAPS)
