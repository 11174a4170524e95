"""Two orientations of Simoncelli's steerable pyramid with six orientation bands.

The taps are those of the pyramid's reference tables (sp5: Simoncelli, Freeman, Adelson and Heeger, 1992;
distributed under the MIT licence), written as the octant or the quarter that symmetry leaves free. Borders
mirror about the edge pixel.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from realsr.metrics.planes import Plane

Taps = npt.NDArray[np.float64]


def _octant(rows: Sequence[Sequence[float]]) -> Taps:
    """A kernel of eightfold symmetry from the upper triangle of its top left quarter."""
    size = len(rows)
    quarter = np.zeros((size, size))
    for index, row in enumerate(rows):
        quarter[index, index:] = row
        quarter[index:, index] = row
    upper = np.concatenate((quarter, quarter[:, -2::-1]), axis=1)
    return np.concatenate((upper, upper[-2::-1]), axis=0)


def _odd(rows: Sequence[Sequence[float]]) -> Taps:
    """A kernel even in columns and odd in rows, from its top left quarter without the row of zeros."""
    quarter = np.array(rows)
    upper = np.concatenate((quarter, quarter[:, -2::-1]), axis=1)
    return np.concatenate((upper, np.zeros((1, upper.shape[1])), -upper[::-1]), axis=0)


_FIRST_LOW = _octant(
    (
        (0.00341614, -0.01551246, -0.03848215),
        (0.05586982, 0.15925570),
        (0.40304148,),
    )
)
_LOW = 2.0 * _octant(
    (
        (0.00085404, -0.00244917, -0.00387812, -0.00944432, -0.00962054),
        (-0.00523281, -0.00661117, 0.00410600, 0.01002988),
        (0.01396746, 0.03277038, 0.03981393),
        (0.06426333, 0.08169618),
        (0.10096540,),
    )
)
_BAND = _odd(
    (
        (0.00277643, 0.00496194, 0.01026699, 0.01455399),
        (-0.00986904, -0.00893064, 0.01189859, 0.02755155),
        (-0.01021852, -0.03075356, -0.08226445, -0.11732297),
    )
)


def bands(image: Plane, levels: int) -> list[tuple[Plane, Plane]]:
    """Of every level, finest first: the band of horizontal structure and that of vertical structure."""
    low = _correlated(image, _FIRST_LOW)
    result = []
    for level in range(levels):
        if level:
            low = np.ascontiguousarray(_correlated(low, _LOW)[::2, ::2])
        result.append((_correlated(low, _BAND), _correlated(low, _BAND.T)))
    return result


def _correlated(image: Plane, taps: Taps) -> Plane:
    return np.asarray(cv2.filter2D(image, -1, taps, borderType=cv2.BORDER_REFLECT_101), np.float64)
