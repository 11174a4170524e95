"""Point spread functions of a whole batch cut to their supports: `psf`'s bits without its canvas.

A kernel's values are made at the offsets that its symmetry leaves, an eighth of its square or a half, and
repeated. Sums of multiples of 2**-38 are exact in any order, see `psf.normalised`, so counting a value as often
as it is there changes no bit.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch

from degrade.functional.psf import GRID

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

NO_FURTHER = 7.4
"""Sigmas beyond which a Gaussian is 0 on the grid: exp(-7.4**2 / 2) is less than half of 2**-38."""


class Supports(NamedTuple):
    """Kernels cut to their true supports: float32, end to end, and how far each goes from its centre."""

    taps: npt.NDArray[np.float32]
    reaches: npt.NDArray[np.int32]


class Offsets(NamedTuple):
    """Offsets from the centre whose values make a whole square of side 2 half + 1: x, y float64 (n,).

    rings: int64 (n,), max(|x|, |y|). times: how often each value is there, float64 (n,). square: int64 (side,
    side), whose value each place has.
    """

    x: Floats
    y: Floats
    rings: Integers
    times: Floats
    square: Integers


@lru_cache(maxsize=256)
def offsets_of(half: int, eightfold: bool) -> Offsets:
    """eightfold: values depend on |x| and |y| alone, in either order. Else (x, y) and (-x, -y) have one."""
    y, x = np.mgrid[-half : half + 1, -half : half + 1]
    if eightfold:
        low, high = np.minimum(abs(x), abs(y)), np.maximum(abs(x), abs(y))
        code = low * (half + 1) + high
    else:
        places = np.arange(x.size).reshape(x.shape)
        code = np.minimum(places, x.size - 1 - places)
    _, first, index, counts = np.unique(
        code, return_index=True, return_inverse=True, return_counts=True
    )
    own_x, own_y = x.ravel()[first], y.ravel()[first]
    rings = np.maximum(abs(own_x), abs(own_y))
    return Offsets(
        own_x.astype(np.float64), own_y.astype(np.float64), rings,
        counts.astype(np.float64), index.reshape(x.shape),
    )  # fmt: skip


@lru_cache(maxsize=2048)
def _index_within(half: int, eightfold: bool, reach: int) -> Integers:
    """The places of the inner square of side 2 reach + 1, int64 flat."""
    inner = slice(half - reach, half + reach + 1)
    return offsets_of(half, eightfold).square[inner, inner].ravel()


Profile = Callable[[torch.Tensor, torch.Tensor, torch.Tensor], torch.Tensor]
"""(x, y, row of each) -> values of peak 1, float64 (n,)."""


def supports_of(profile: Profile, halves: Integers, eightfold: npt.NDArray[np.bool_]) -> Supports:
    """The kernels of some rows. halves: int64 (b,), how far each goes at most. eightfold: bool (b,)."""
    keys = list(zip(halves.tolist(), eightfold.tolist(), strict=True))
    if not keys:
        return Supports(np.zeros(0, np.float32), np.zeros(0, np.int32))
    own = [offsets_of(*key) for key in keys]
    lengths = np.array([len(one.x) for one in own], np.int64)
    starts = lengths.cumsum() - lengths
    row = np.repeat(np.arange(len(keys)), lengths)
    x, y = (np.concatenate([one[axis] for one in own]) for axis in (0, 1))
    values = profile(*(torch.from_numpy(array) for array in (x, y, row))).numpy()
    rounded = np.rint(values * GRID) / GRID
    sums = np.add.reduceat(rounded * np.concatenate([one.times for one in own]), starts)
    taps = (rounded / sums[row]).astype(np.float32)
    rings = np.where(taps != 0, np.concatenate([one.rings for one in own]), 0)
    reaches = np.maximum.reduceat(rings, starts)
    parts = [_index_within(*key, reach) for key, reach in zip(keys, reaches.tolist(), strict=True)]
    places = np.concatenate(parts)
    places += np.repeat(starts, (2 * reaches + 1) ** 2)
    return Supports(taps[places], reaches.astype(np.int32))
