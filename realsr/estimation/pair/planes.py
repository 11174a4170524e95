"""A pair as planes that can be compared, and the sentences for pairs that cannot."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from realsr.estimation.seen import BT601, Plane, Seen, SeenPair

SMALLEST = 32
"""Side of the smallest LR from which a kernel is told, in LR pixels."""
FLAT = 2.0
"""Standard deviation of the HR, in levels, below which nothing can be seen of a kernel."""

Channels = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Planes:
    """lr, hr: the mean over channels, `h w` on 0..255. channels: LR and HR `h w c`, c the same in both."""

    lr: Plane
    hr: Plane
    lr_channels: Channels
    hr_channels: Channels
    scale: int


def planes_of(pair: SeenPair) -> Planes:
    """In colour where both pictures are, else in luma."""
    both = not pair.lr.grey and not pair.hr.grey
    low, high = (seen.levels() if both else _luma(seen) for seen in (pair.lr, pair.hr))
    return Planes(low.mean(axis=2), high.mean(axis=2), low, high, pair.scale)


def _luma(seen: Seen) -> Channels:
    levels = seen.levels()
    return levels if seen.grey else (levels @ BT601)[..., None]


def fault(planes: Planes) -> str | None:
    """Why no kernel can be told of the pair; None where one may be."""
    height, width = planes.lr.shape
    if min(height, width) < SMALLEST:
        return f"LR is {height} x {width}; a kernel needs {SMALLEST} x {SMALLEST} at least"
    if min(planes.lr.std(), planes.hr.std()) < FLAT:
        return f"a picture is flat (standard deviation under {FLAT:g} levels of 255)"
    return None


def reduced(plane: Plane, scale: int, shape: tuple[int, ...]) -> Plane:
    """Means over scale x scale pixels, `h w` of `shape`."""
    height, width = shape
    inner = plane[: height * scale, : width * scale]
    return np.asarray(inner.reshape(height, scale, width, scale).mean(axis=(1, 3)), np.float64)
