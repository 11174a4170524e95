"""Patches of noise alone: cut where a picture shows nothing, their plane of brightness taken away.

After Ji et al., Real-World Super-Resolution via Kernel Estimation and Noise Injection (CVPRW 2020):
the means and variances of a patch's parts must agree. Here they are compared with what the patch's own noise
leads one to expect, and a plane is removed in place of a mean, so that a sky that darkens upwards serves.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from realsr.estimation.seen import BT601, Plane, Seen

Patch = npt.NDArray[np.float32]
PARTS = 4
"""Parts of a side that are compared."""
LEAST = 0.5
"""Levels below which a patch's deviation is rounding, and no noise."""
MOST_CLIPPED = 0.001
UNEVEN = 0.4
"""Largest deviation of the parts' means, as a share of the patch's own."""
UNLIKE = 3.0
"""Largest ratio of the parts' variances."""


@dataclass(frozen=True, slots=True, eq=False)
class NoisePatch:
    """values: (h, w, c) in units of full scale, each channel of mean 0. row, column: of its corner. level,
    sigma_255: mean and standard deviation of its luma, on 0..255. uneven: of the parts' means, see UNEVEN."""

    values: Patch
    row: int
    column: int
    level: float
    sigma_255: float
    uneven: float


def noise_patches(seen: Seen, side: int, most: int) -> list[NoisePatch]:
    """At most `most` patches (side, side, c) that do not overlap, the most even first.

    A patch is taken where hardly a value is clipped, its noise is half a level and more, the means of its
    parts differ by less than UNEVEN of its deviation, and no part's variance is more than UNLIKE another's.
    """
    levels = seen.levels()
    found = [one for place in _places(levels, side) if (one := _patch(levels, place, side))]
    return sorted(found, key=lambda one: (one.uneven, one.row, one.column))[:most]


def _places(levels: Plane, side: int) -> Iterator[tuple[int, int]]:
    for row in range(0, levels.shape[0] - side + 1, side):
        for column in range(0, levels.shape[1] - side + 1, side):
            yield row, column


def _patch(levels: Plane, place: tuple[int, int], side: int) -> NoisePatch | None:
    row, column = place
    part = levels[row : row + side, column : column + side]
    if ((part <= 0) | (part >= 255)).mean() > MOST_CLIPPED:
        return None
    noise = part - _planes(part)
    luma = noise[..., 0] if noise.shape[2] == 1 else noise @ BT601
    sigma = float(luma.std())
    if sigma < LEAST:
        return None
    means, variances = _parts(luma)
    uneven = float(means.std()) / sigma
    if uneven > UNEVEN or variances.max() > UNLIKE * max(float(variances.min()), 1e-9):
        return None
    values = np.asarray(noise / 255.0, np.float32)
    return NoisePatch(values, row, column, float(part.mean()), sigma, uneven)


def _planes(part: Plane) -> Plane:
    """Of every channel (h, w, c): the plane nearest to it by least squares."""
    side = np.linspace(-1, 1, part.shape[0])
    rows, columns = np.meshgrid(side, side, indexing="ij")
    basis = np.stack([np.ones_like(rows), rows, columns], axis=-1).reshape(-1, 3)
    flat = part.reshape(-1, part.shape[2])
    weights = np.linalg.lstsq(basis, flat, rcond=None)[0]
    return np.asarray((basis @ weights).reshape(part.shape), np.float64)


def _parts(luma: Plane) -> tuple[Plane, Plane]:
    """Means and variances of PARTS x PARTS parts."""
    step = luma.shape[0] // PARTS
    inner = luma[: PARTS * step, : PARTS * step].reshape(PARTS, step, PARTS, step)
    return inner.mean(axis=(1, 3)).ravel(), inner.var(axis=(1, 3)).ravel()
