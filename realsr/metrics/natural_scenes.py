"""Statistics of natural scenes: local normalisation, and fits of asymmetric generalised Gaussians.

Mittal, Soundararajan and Bovik, 'Making a completely blind image quality analyzer', SPL 2013 (eqs. 1 to 8).
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from realsr.metrics.planes import Plane

Values = npt.NDArray[np.float64]

_ROUNDING = 1e-9

_NEIGHBOURS = ((0, 1), (1, 0), (1, 1), (1, -1))
"""Rows and columns by which a block is rolled for the products of neighbours."""


class Normalised(NamedTuple):
    """(I - mean) / (deviation + 1), and the local deviation."""

    values: Plane
    deviation: Plane


def normalised(image: Plane) -> Normalised:
    """Local normalisation by a 7 x 7 Gaussian of sigma 7/6, border pixels repeated.

    In flat areas the result is exactly 0: what rounding leaves there has signs by chance, which the fits below
    would count, and moves NIQE of a picture with flat areas by up to 5 % from one machine to another.
    """
    taps = cv2.getGaussianKernel(7, 7.0 / 6.0, cv2.CV_64F)
    mean = cv2.sepFilter2D(image, -1, taps, taps, borderType=cv2.BORDER_REPLICATE)
    square = cv2.sepFilter2D(image * image, -1, taps, taps, borderType=cv2.BORDER_REPLICATE)
    deviation = np.sqrt(np.abs(square - mean * mean))
    values = (image - mean) / (deviation + 1.0)
    return Normalised(np.where(np.abs(values) < _ROUNDING, 0.0, values), deviation)


def blocks(image: Plane, side: int) -> Values:
    """Non-overlapping blocks (n, side, side), row by row; what is left over at the ends is not used."""
    rows, columns = (length // side for length in image.shape)
    cut = image[: rows * side, : columns * side].reshape(rows, side, columns, side)
    return np.ascontiguousarray(cut.swapaxes(1, 2)).reshape(-1, side, side)


def features(stack: Values) -> Values:
    """The 18 features (n, 18) of normalised blocks; NaN where a block is flat."""
    own = _fit(stack)
    columns = [own.shape, (own.left + own.right) / 2.0]
    for shift in _NEIGHBOURS:
        fit = _fit(stack * np.roll(stack, shift, axis=(1, 2)))
        mean = (fit.right - fit.left) * fit.second_over_first
        columns += [fit.shape, mean, fit.left, fit.right]
    return np.stack(columns, axis=1)


class _Fit(NamedTuple):
    """Shape, scales of both sides and gamma(2 / shape) / gamma(1 / shape), each (n,)."""

    shape: Values
    left: Values
    right: Values
    second_over_first: Values


class _Shapes(NamedTuple):
    shape: Values
    ratio: Values
    scale: Values
    second_over_first: Values


@lru_cache(maxsize=1)
def _table() -> _Shapes:
    """Of shapes 0.2 to 10 by 0.001: the ratio of moments, deviation to scale, and the mean's factor."""
    shape = np.arange(0.2, 10.001, 0.001)
    first, second, third = (
        np.array([math.gamma(order / value) for value in shape]) for order in (1.0, 2.0, 3.0)
    )
    return _Shapes(shape, second**2 / (first * third), np.sqrt(first / third), second / first)


def _fit(stack: Values) -> _Fit:
    """Moment matching (Lasmar, Stitou and Berthoumieu, ICIP 2009) of each block's values."""
    flat = stack.reshape(len(stack), -1)
    square = flat * flat
    with np.errstate(divide="ignore", invalid="ignore"):
        left, right = (
            np.sqrt(np.where(side, square, 0.0).sum(axis=1) / side.sum(axis=1))
            for side in (flat < 0.0, flat > 0.0)
        )
        balance = left / right
        moments = np.abs(flat).mean(axis=1) ** 2 / square.mean(axis=1)
        ratio = moments * (balance**3 + 1.0) * (balance + 1.0) / (balance**2 + 1.0) ** 2
    table = _table()
    place = _nearest(table.ratio, ratio)
    unknown = np.where(np.isnan(ratio), np.nan, 1.0)
    shape, scale, factor = (
        unknown * values[place] for values in (table.shape, table.scale, table.second_over_first)
    )
    return _Fit(shape, left * scale, right * scale, factor)


def _nearest(ascending: Values, wanted: Values) -> npt.NDArray[np.intp]:
    above = np.clip(np.searchsorted(ascending, wanted), 1, len(ascending) - 1)
    closer = wanted - ascending[above - 1] <= ascending[above] - wanted
    return above - closer
