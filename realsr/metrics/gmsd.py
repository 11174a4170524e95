"""Gradient magnitude similarity deviation (Xue et al., TIP 2014): 0 for equal planes, higher is worse."""

from __future__ import annotations

import cv2
import numpy as np

from realsr.metrics.planes import Plane

_T = 170.0
"""The constant of the similarity on 0..255 (the authors' choice)."""

_PREWITT = np.array([[1.0, 0.0, -1.0]] * 3) / 3.0


def gmsd(first: Plane, second: Plane) -> float:
    """Sample standard deviation of the gradient similarity of two planes h w, halved by 2 x 2 means first."""
    one, two = _gradient(_halved(first)), _gradient(_halved(second))
    similarity = (2.0 * one * two + _T) / (one**2 + two**2 + _T)
    return float(similarity.std(ddof=1))


def _halved(values: Plane) -> Plane:
    """Means of 2 x 2 pixels at odd places (from 1); beyond the border is 0, as in the authors' program."""
    even = np.pad(values, [(0, side % 2) for side in values.shape])
    return (even[::2, ::2] + even[1::2, ::2] + even[::2, 1::2] + even[1::2, 1::2]) / 4.0


def _gradient(values: Plane) -> Plane:
    border = cv2.BORDER_CONSTANT
    across = cv2.filter2D(values, -1, _PREWITT, borderType=border)
    down = cv2.filter2D(values, -1, _PREWITT.T, borderType=border)
    return np.asarray(np.sqrt(across**2 + down**2), dtype=np.float64)
