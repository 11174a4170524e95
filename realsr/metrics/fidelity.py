"""Mean square error on a logarithmic scale."""

from __future__ import annotations

import math

import cv2

from realsr.metrics.planes import Planes

PEAK = 255.0
"""Also for luma, whose own span is 219: every table does so."""


def psnr(first: Planes, second: Planes) -> float:
    """10 log10(255^2 / MSE) in dB over all values of two stacks of one shape; infinite for equal ones."""
    squared = float(cv2.norm(first, second, cv2.NORM_L2SQR))
    return 10.0 * math.log10(PEAK**2 * first.size / squared) if squared else math.inf
