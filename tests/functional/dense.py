"""Resampling as a dense matrix, and images on which it is easy to judge."""

from __future__ import annotations

import numpy as np
import torch

from degrade.functional.resample import Line, taps
from degrade.geometry import covering_axis

CPU = torch.device("cpu")


def line(name: str, antialias: bool, size_in: int, size_out: int) -> Line:
    axis = covering_axis(size_in, size_out)
    return Line(name, antialias, size_in, size_out, axis.scale, axis.shift)


def dense(used: Line) -> torch.Tensor:
    """A line's weights as a matrix (out, in)."""
    index, weight = taps([used], used.size_out, CPU)
    matrix = torch.zeros(used.size_out, used.size_in, dtype=torch.float64)
    return matrix.scatter_add_(1, index[0], weight[0])


def tilted(matrix: np.ndarray, position: np.ndarray) -> np.ndarray:
    """Each row of weights with its centre of mass moved to its position, in the least disturbing way."""
    place = np.arange(matrix.shape[1])
    result = matrix.copy()
    for row, wanted in zip(result, position, strict=True):
        size = np.abs(row)
        lever = place - size @ place / size.sum()
        spread = size @ lever**2
        if spread > 1e-12:
            row += (wanted - row @ place) / spread * size * lever
    return result
