"""The quality of an earlier compression on the same grid, from the gaps and heaps that it left in the levels.

Where the first step a is coarser than the last step b, the magnitudes lay at multiples of a before they were
rounded to multiples of b: some levels stay empty and others take in two. What the levels would be without the
first compression is known from the other grids.
"""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

from realsr.estimation.codec.densities import BIN, BINS, Counts, Doubles
from realsr.estimation.codec.likelihood import level_shares
from realsr.estimation.codec.tables import FREQUENCIES, Steps, luma_tables

BETWEEN_ERROR = 0.5
"""Standard deviation that rounding to pixels between the two compressions gives a coefficient."""
OUTLIERS = 0.05
MOST_LEVELS = 40
FEWEST_NONZERO = 12


def levels_of(counts: Counts, step: int) -> Counts:
    """How often each level 0, 1, ... was taken (n,), from the magnitudes' counts (BINS,) and their step."""
    level = np.rint(np.arange(BINS - 1) * BIN / step).astype(np.int64)
    found = np.bincount(level, weights=counts[: BINS - 1])[:MOST_LEVELS]
    return np.asarray(np.rint(found), np.int64)


def single_shares(shares: Doubles, step: int, count: int) -> Doubles:
    """The share of each level (count,) after one compression with `step`."""
    levels = np.arange(count, dtype=np.float64)
    return level_shares(shares, levels, float(step)) * np.where(levels > 0, 2, 1)


def double_shares(shares: Doubles, first: int, step: int, count: int) -> Doubles:
    """The share of each level (count,) after a compression with `first` and one with `step`."""
    before = np.arange(int((count + 1) * step / first) + 2, dtype=np.float64)
    held = level_shares(shares, before, float(first)) * np.where(before > 0, 2, 1)
    ends = (np.arange(count + 1) - 0.5) * step
    passed = ndtr((ends[:, None] - first * before) / BETWEEN_ERROR)
    mirrored = ndtr((ends[:, None] + first * before) / BETWEEN_ERROR)
    moved = np.diff(passed, axis=0) + np.where(
        np.arange(count)[:, None] > 0, np.diff(mirrored, axis=0), 0
    )
    return np.asarray(moved @ held, np.float64)


def _gain(taken: Counts, double: Doubles, single: Doubles) -> float:
    alone = single / single.sum() + 1e-6
    both = double / max(double.sum(), 1e-9)
    return float(taken @ np.log((1 - OUTLIERS) * both / alone + OUTLIERS))


def frequency_gains(counts: Counts, shares: Doubles, step: int, firsts: Steps) -> Doubles:
    """The gain of log likelihood (n,) by each first step (n,), of one frequency's counts (BINS,)."""
    taken = levels_of(counts, step)
    if taken[1:].sum() < FEWEST_NONZERO:
        return np.zeros(len(firsts))
    single = single_shares(shares, step, len(taken))
    doubles = [double_shares(shares, int(first), step, len(taken)) for first in firsts]
    return np.array([_gain(taken, double, single) for double in doubles])


def first_gains(counts: Counts, shares: Doubles, steps: Steps) -> Doubles:
    """The gain (100,) by each first quality, from counts (64, BINS) at the last grid and its steps (64,)."""
    total = np.zeros(100)
    for frequency in range(1, FREQUENCIES):
        firsts, place = np.unique(luma_tables()[:, frequency], return_inverse=True)
        step = int(steps[frequency])
        total += frequency_gains(counts[frequency], shares[frequency], step, firsts)[place]
    return total
