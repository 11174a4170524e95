"""The luma coefficients of a picture on all 64 grids, counted by frequency and magnitude."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from realsr.estimation.codec.blocks import (
    GRIDS,
    Bytes,
    Flags,
    Floats,
    Grid,
    clipped,
    coefficients,
    luma,
    whole,
)
from realsr.estimation.codec.densities import Counts, Doubles, cumulated, histograms
from realsr.estimation.codec.likelihood import COLOUR_ERROR, GREY_ERROR

FEWEST_WHOLE = 24
"""Blocks without clipped pixels from which the others are left out."""
MOST_BLOCKS = 4096
"""Blocks of one grid that are looked at: beyond them nothing is gained but time."""


@dataclass(frozen=True, slots=True)
class Spectrum:
    """The magnitudes of a picture's luma coefficients.

    counts: (64 grids, 64 frequencies, BINS). blocks: (64 grids,) how many were counted. shares: cumulated over
    all grids, (64 frequencies, FARTHEST + 1). error: standard deviation that rounding gives a coefficient.
    """

    counts: Counts
    blocks: Counts
    shares: Doubles
    error: float


def kept_blocks(plane: Floats, spoiled: Flags, grid: Grid) -> Floats:
    """The coefficients (n, 64) of a grid's blocks, those with spoiled pixels left out where enough remain."""
    found, good = coefficients(plane, grid), whole(spoiled, grid)
    kept = found[good] if good.sum() >= FEWEST_WHOLE else found
    every = -(-len(kept) // MOST_BLOCKS)
    return kept[:: max(every, 1)]


def spectrum(pixels: Bytes) -> Spectrum:
    """Of pixels (h, w, c), c = 1 or 3, of at least 16 x 16."""
    plane, spoiled = luma(pixels), clipped(pixels)
    found = [kept_blocks(plane, spoiled, grid) for grid in GRIDS]
    counts = np.stack([histograms(each) for each in found])
    error = GREY_ERROR if pixels.shape[2] == 1 else COLOUR_ERROR
    blocks = np.array([len(each) for each in found])
    return Spectrum(counts, blocks, cumulated(counts.sum(0)), error)
