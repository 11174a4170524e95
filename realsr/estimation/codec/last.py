"""The last compression, read from the picture's pixels or from its file's own tables."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from realsr.estimation.codec.blocks import GRIDS, Bytes, Flags, Grid
from realsr.estimation.codec.densities import BINS, MIDDLES, Doubles
from realsr.estimation.codec.likelihood import gain
from realsr.estimation.codec.search import Scores
from realsr.estimation.codec.spectrum import Spectrum
from realsr.estimation.codec.subsampling import subsampling
from realsr.estimation.codec.tables import (
    FREQUENCIES,
    LARGEST,
    SUBSAMPLINGS,
    Steps,
    chroma_tables,
    luma_tables,
    quality_of,
)
from realsr.estimation.seen import JpegTables

LEAST_GAIN = 30.0
"""Of log likelihood, over all grids and qualities, from which a picture is called compressed."""
FEWEST_LEVELS, FEWEST_FREQUENCIES = 16, 6
"""Coefficients other than 0 at steps of 2 and more, and their frequencies: fewer may be a pattern's."""
LEAD = 6.0
"""Of log likelihood, over other steps or qualities, from which one is told."""
NEAR, LEAST_STEP = 1.2, 4
"""Distance from a multiple that rounding keeps to, and the least step whose multiples are far enough apart."""
ALL, NEARLY_ALL = 0.95, 0.85
"""Shares of coefficients at multiples of a table's steps: of one that fits, and where much was cut off."""
TRIED: Steps = np.arange(1, LARGEST + 1)

Range = tuple[int, int, int]
"""Lowest, likeliest and highest."""


@dataclass(frozen=True, slots=True)
class Last:
    """steps: (64,), 0 where not to be told. quality: None where no standard table fits.

    subsampling: None where not to be told.
    """

    grid: Grid
    steps: Steps
    quality: Range | None
    subsampling: str | None


def stated(tables: JpegTables) -> Last:
    """As a file says."""
    steps = np.asarray(tables.steps[0], np.int64)
    found = quality_of(steps) or quality_of(steps.T)
    quality = (found, found, found) if found else None
    return Last(tables.grid, steps.reshape(-1), quality, _stated_subsampling(tables))


def _stated_subsampling(tables: JpegTables) -> str | None:
    if len(tables.sampling) != 3:
        return None
    (down, across), (chroma_down, chroma_across) = tables.sampling[:2]
    return SUBSAMPLINGS.get((down // chroma_down, across // chroma_across))


def hull(gains_of: Doubles, lead: float = LEAD) -> Range:
    """Qualities from 1 within `lead` of the best, as a range."""
    near = np.flatnonzero(gains_of > gains_of.max() - lead)
    return int(near[0]) + 1, int(gains_of.argmax()) + 1, int(near[-1]) + 1


def own_steps(picture: Spectrum, place: int) -> tuple[Steps, Doubles]:
    """Each frequency's likeliest step (64,) at a grid, and its lead over no step and all others (64,)."""
    steps, leads = np.zeros(FREQUENCIES, np.int64), np.zeros(FREQUENCIES)
    for frequency in range(FREQUENCIES):
        found = gain(
            picture.shares[frequency], TRIED, picture.error, picture.counts[place, frequency]
        )
        best = int(found.argmax())
        steps[frequency] = TRIED[best]
        leads[frequency] = found[best] - max(np.delete(found, best).max(), 0.0)
    return steps, leads


def on_multiples(picture: Spectrum, place: int) -> tuple[Doubles, Doubles]:
    """For each quality's table: the share of coefficients that lie at multiples of its steps, and of how many.

    Both (100,). Counted are magnitudes that the table does not round to 0, at steps wide enough to tell.
    """
    near, every = np.zeros(100), np.zeros(100)
    for frequency in range(1, FREQUENCIES):
        steps, where = np.unique(luma_tables()[:, frequency], return_inverse=True)
        counts = picture.counts[place, frequency, : BINS - 1]
        kept, on = _places(steps[:, None])
        near += (on @ counts)[where]
        every += (kept @ counts)[where]
    return near / np.maximum(every, 1), every


def _places(steps: Steps) -> tuple[Flags, Flags]:
    """Of MIDDLES but the last, for steps (n, 1): which are counted, and which of these lie at multiples."""
    middles = MIDDLES[: BINS - 1]
    kept = (middles > 0.6 * steps) & (steps >= LEAST_STEP)
    return kept, kept & (np.abs(middles - steps * np.rint(middles / steps)) < NEAR)


def standard_quality(picture: Spectrum, place: int, standard: Doubles) -> Range | None:
    """The quality (100 gains `standard`) whose table fits at a grid; None where none does.

    After a coarser compression that one's table is the likeliest, but not all lies at its multiples.
    """
    share, count = on_multiples(picture, place)
    best = int(standard.argmax())
    finer = (np.arange(100) > best) & (share > ALL) & (count >= FEWEST_LEVELS) & (standard > 0)
    if share[best] < ALL and finer.any():
        return hull(np.where(finer, standard, -np.inf))
    few = count[best] < FEWEST_LEVELS
    return hull(standard) if share[best] > NEARLY_ALL or few else None


def has_levels(picture: Spectrum, place: int, steps: Steps) -> bool:
    """Whether enough coefficients at enough frequencies lie beyond half a step; of steps from 2 on."""
    beyond = (steps[:, None] / 2 <= MIDDLES) & (steps[:, None] >= 2)
    taken = (picture.counts[place] * beyond)[1:].sum(1)
    return bool(taken.sum() >= FEWEST_LEVELS and (taken > 0).sum() >= FEWEST_FREQUENCIES)


def from_pixels(pixels: Bytes, picture: Spectrum, found: Scores) -> Last | None:
    """What the pixels (h, w, c) tell; None where no compression is seen."""
    standard = found.standard.max()
    if max(standard, found.free.max()) < LEAST_GAIN:
        return None
    by = found.standard.max(1) if standard > found.free.max() - LEAD else found.free
    place = int(by.argmax())
    steps, leads = own_steps(picture, place)
    quality = standard_quality(picture, place, found.standard[place])
    own = np.where(leads > LEAD, steps, 0)
    kept = own if quality is None else luma_tables()[quality[1] - 1]
    if not has_levels(picture, place, kept):
        return None
    chroma = _subsampling(pixels, GRIDS[place], quality and quality[1])
    return Last(GRIDS[place], kept, quality, chroma)


def _subsampling(pixels: Bytes, grid: Grid, quality: int | None) -> str | None:
    if pixels.shape[2] == 1:
        return None
    return subsampling(pixels, grid, None if quality is None else chroma_tables()[quality - 1])
