"""Structural similarity (Wang et al., TIP 2004) and its form over five scales (Wang et al., Asilomar 2003).

Gaussian window over the region where it fits whole, population variances, constants of range 255, no reduction
of large pictures beforehand; several planes are scored apart and averaged.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from realsr.metrics.convention import SSIM_WINDOW, Window
from realsr.metrics.errors import NotDefinedError
from realsr.metrics.planes import Plane, Planes

_C1 = (0.01 * 255.0) ** 2
_C2 = (0.03 * 255.0) ** 2

WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
"""Exponents of the scales, finest first (2003, section 3.2)."""


_STRIP = 64
"""Rows of a result made at once."""


class Similarity(NamedTuple):
    """Means, or sums, over a plane of the full index and of its contrast-structure part."""

    full: float
    contrast: float


def ssim(first: Planes, second: Planes, window: Window | None = None) -> float:
    """Mean structural similarity, 1 for equal stacks. Raises NotDefinedError below the window's side."""
    return _mean([part.full for part in _similarities(first, second, window or SSIM_WINDOW)])


def ms_ssim(first: Planes, second: Planes, window: Window | None = None) -> float:
    """Multi-scale structural similarity in [0, 1]; planes are scored apart and averaged.

    A scale's mean contrast-structure below 0, whose power is not real, counts as 0. Raises NotDefinedError
    where the coarsest of the five scales is smaller than the window.
    """
    window = window or SSIM_WINDOW
    count = first.shape[2]
    return _mean([_over_scales(first[:, :, i], second[:, :, i], window) for i in range(count)])


def _over_scales(first: Plane, second: Plane, window: Window) -> float:
    value = 1.0
    for level, weight in enumerate(WEIGHTS):
        if level:
            first, second = _halved(first), _halved(second)
        (part,) = _similarities(first[:, :, None], second[:, :, None], window)
        factor = part.full if level == len(WEIGHTS) - 1 else part.contrast
        value *= max(factor, 0.0) ** weight
    return value


def _halved(values: Plane) -> Plane:
    """Means of 2 x 2 pixels; an odd side is completed by its own last row or column."""
    rows, columns = values.shape
    even = np.pad(values, ((0, rows % 2), (0, columns % 2)), mode="symmetric")
    return (even[::2, ::2] + even[1::2, ::2] + even[::2, 1::2] + even[1::2, 1::2]) / 4.0


def _similarities(first: Planes, second: Planes, window: Window) -> list[Similarity]:
    if min(first.shape[:2]) < window.side:
        raise NotDefinedError(
            f"{first.shape[0]} x {first.shape[1]} px (height x width) is smaller than the window "
            f"of {window.side}"
        )
    stacks = (np.ascontiguousarray(stack.transpose(2, 0, 1)) for stack in (first, second))
    return [_similarity(one, two, window) for one, two in zip(*stacks, strict=True)]


def _similarity(first: Plane, second: Plane, window: Window) -> Similarity:
    """Means over one plane, strip by strip: what a strip needs stays in the processor's cache."""
    rows, columns = (side - window.side + 1 for side in first.shape)
    full = contrast = 0.0
    for top in range(0, rows, _STRIP):
        strip = slice(top, min(top + _STRIP, rows) + window.side - 1)
        sums = _sums(first[strip], second[strip], window)
        full, contrast = full + sums.full, contrast + sums.contrast
    return Similarity(full / (rows * columns), contrast / (rows * columns))


def _sums(first: Plane, second: Plane, window: Window) -> Similarity:
    """Sums over the valid region, from the moments of sum and difference.

    Four filtered planes serve where the first and second moments of both pictures would take five, and the
    covariance comes out without cancellation between nearly equal pictures.
    """
    total, difference = first + second, first - second
    mean_total, mean_difference, var_total, var_difference = (
        _filtered(part, window)
        for part in (total, difference, total * total, difference * difference)
    )
    mean_total *= mean_total
    mean_difference *= mean_difference
    var_total -= mean_total
    var_difference -= mean_difference
    # 4 cov = var_total - var_difference; 2 (var_1 + var_2) = var_total + var_difference; means likewise.
    contrast = (var_total - var_difference + 2.0 * _C2) / (var_total + var_difference + 2.0 * _C2)
    light = (mean_total - mean_difference + 2.0 * _C1) / (mean_total + mean_difference + 2.0 * _C1)
    return Similarity(float((contrast * light).sum()), float(contrast.sum()))


def _filtered(values: Plane, window: Window) -> Plane:
    taps = cv2.getGaussianKernel(window.side, window.sigma, cv2.CV_64F)
    margin = window.side // 2
    whole = cv2.sepFilter2D(values, -1, taps, taps, borderType=cv2.BORDER_REFLECT_101)
    return np.asarray(whole[margin : -margin or None, margin : -margin or None], dtype=np.float64)


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)
