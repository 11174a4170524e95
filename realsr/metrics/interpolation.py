"""The baselines: MATLAB's bicubic enlarging and reducing of 8-bit pictures, to the pixel."""

from __future__ import annotations

import numpy as np

from degrade.functional.matlab import imresize_image, line_by_factor
from realsr.metrics.errors import MetricError
from realsr.metrics.planes import Picture


def enlarged(picture: Picture, scale: int) -> Picture:
    """`imresize(picture, scale)` as uint8; floats in [0, 1] are rounded to 8 bits first."""
    return _resized(picture, float(scale))


def reduced(picture: Picture, scale: int) -> Picture:
    """`imresize(picture, 1 / scale)` with antialias as uint8; floats are rounded to 8 bits first."""
    return _resized(picture, 1.0 / scale)


def cut_to_multiple(picture: Picture, side: int) -> Picture:
    """The picture without the rows and columns at the end that exceed a multiple of `side`."""
    rows, columns = (length // side * side for length in picture.shape[:2])
    if not rows or not columns:
        raise MetricError(
            f"{picture.shape[0]} x {picture.shape[1]} px (height x width) has no multiple of {side}"
        )
    return picture[:rows, :columns]


def _resized(picture: Picture, factor: float) -> Picture:
    unit = picture.astype(np.float32)
    if picture.dtype == np.uint8:
        unit /= np.float32(255.0)
    row, column = (line_by_factor(side, factor, True, "symmetric") for side in picture.shape[:2])
    result = imresize_image(np.ascontiguousarray(unit).reshape(*picture.shape[:2], -1), row, column)
    whole: Picture = np.rint(result * 255.0).astype(np.uint8)
    return whole if picture.ndim == 3 else whole[:, :, 0]
