"""The grid and the steps of a compression, looked for among all grids and all standard tables at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from realsr.estimation.codec.densities import Doubles
from realsr.estimation.codec.likelihood import gains
from realsr.estimation.codec.spectrum import Spectrum
from realsr.estimation.codec.tables import FREQUENCIES, Steps, luma_tables


def step_scores(picture: Spectrum, frequency: int, steps: Steps) -> Doubles:
    """The gain of log likelihood (64 grids, steps) that each step brings to one frequency."""
    table = gains(picture.shares[frequency], steps, picture.error).astype(np.float32)
    counts = picture.counts[:, frequency].astype(np.float32)
    return np.asarray(counts @ table.T, np.float64)


@dataclass(frozen=True, slots=True)
class Scores:
    """Gains of log likelihood against no compression.

    standard: (64 grids, 100 qualities). free: (64 grids,) with the best step of each frequency by itself.
    """

    standard: Doubles
    free: Doubles


def scores(picture: Spectrum) -> Scores:
    """Over all grids."""
    standard, free = np.zeros((64, 100)), np.zeros(64)
    for frequency in range(FREQUENCIES):
        steps, place = np.unique(luma_tables()[:, frequency], return_inverse=True)
        found = step_scores(picture, frequency, steps)
        standard += found[:, place]
        free += np.maximum(found.max(1) - np.log(len(steps)), 0.0)
    return Scores(standard, free)
