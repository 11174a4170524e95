"""The two-way bootstrap: images and cases drawn with replacement, independently of one another.

Owen, The pigeonhole bootstrap, Annals of Applied Statistics 2007. Left alone it is too narrow for few images or
cases and up to sqrt(3) too wide where the interaction dominates; `intervals` corrects both.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from realsr.statistics.components import TwoWayTable

Floats = npt.NDArray[np.float64]

DRAWS = 2000
"""Resamples of an interval: its ends move by about 2 % of its width with the seed."""


class Resamples(NamedTuple):
    """How often each image and each case is in a resample, as shares: draws x images, draws x cases."""

    images: Floats
    cases: Floats


@lru_cache(maxsize=32)
def weights(images: int, cases: int, draws: int = DRAWS, seed: int = 0) -> Resamples:
    """Resamples of a design. One seed gives one set, so that all tables of a report are resampled alike."""
    generator = np.random.default_rng([seed, images, cases])
    return Resamples(_shares(images, draws, generator), _shares(cases, draws, generator))


def resampled_means(table: TwoWayTable, resamples: Resamples) -> Floats:
    """The table's mean in every resample."""
    means: Floats = np.einsum("di,di->d", resamples.images, resamples.cases @ table.T)
    return means


def _shares(size: int, draws: int, generator: np.random.Generator) -> Floats:
    chosen = generator.integers(size, size=(draws, size)) + size * np.arange(draws)[:, None]
    shares = np.bincount(chosen.ravel(), minlength=draws * size).reshape(draws, size) / size
    shares.flags.writeable = False
    return shares
