"""Whether two pictures are one: by what is left of them at 16 x 16."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from realsr.estimation.seen import Plane

SIDE = 16
FAINTEST = 3.0
"""Standard deviation in levels of 255 below which the reduced picture has nothing to be known by."""
Thumbnail = npt.NDArray[np.float32]


def thumbnail(luma: Plane) -> Thumbnail | None:
    """The means of SIDE x SIDE equal parts of (h, w), less their own mean and of length 1: (SIDE^2,).

    The product of two is their correlation, whatever their sizes, exposures and compressions were. None for a
    picture of fewer pixels a side, or of nothing that would tell it from others.
    """
    if min(luma.shape) < SIDE:
        return None
    means = _means(_means(luma).T).T
    away = means - means.mean()
    if away.std() < FAINTEST:
        return None
    return np.asarray((away / np.linalg.norm(away)).ravel(), np.float32)


def _means(plane: Plane) -> Plane:
    """Of SIDE groups of rows, as equal as whole rows allow."""
    starts = np.arange(SIDE + 1) * plane.shape[0] // SIDE
    sums = np.add.reduceat(plane, starts[:-1], axis=0)
    return np.asarray(sums / np.diff(starts)[:, None], np.float64)
