"""MATLAB's bicubic imresize along one axis as a matrix, straight from its definition."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt


def cubic(x: float) -> float:
    x = abs(x)
    if x <= 1:
        return 1.5 * x**3 - 2.5 * x**2 + 1
    return -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2 if x < 2 else 0.0


def weights(size: int, out: int) -> npt.NDArray[np.float64]:
    """out x size; with antialias, pixels beyond the border mirrored, the border pixel twice."""
    scale = out / size
    shrink = min(scale, 1.0)
    matrix = np.zeros((out, size))
    for row in range(out):
        centre = (row + 0.5) / scale - 0.5
        reach = math.ceil(2 / shrink) + 1
        for column in range(math.floor(centre) - reach, math.ceil(centre) + reach + 1):
            mirrored = column % (2 * size)
            mirrored = min(mirrored, 2 * size - 1 - mirrored)
            matrix[row, mirrored] += cubic(shrink * (centre - column))
    return np.asarray(matrix / matrix.sum(axis=1, keepdims=True))
