"""The two layouts of one image: planes c h w, as torch has them, and pixels h w c, as OpenCV and files do.

numpy and torch copy from one to the other value by value. OpenCV's merge takes a tenth of numpy's time, which
is that of a small blur, and its split a half.
"""

from __future__ import annotations

from typing import Any, TypeVar, cast

import cv2
import numpy as np
import numpy.typing as npt

T = TypeVar("T", np.float32, np.uint8)

MOST_CHANNELS = 4
"""OpenCV interleaves this many quickly, and no more than 512 at all."""


def interleaved(planes: npt.NDArray[T]) -> npt.NDArray[T]:
    """c h w, of any strides, as h w c: contiguous, in memory of its own."""
    channels, height, width = planes.shape
    view = planes.transpose(1, 2, 0)
    if view.flags.c_contiguous or channels > MOST_CHANNELS:
        return np.array(view, order="C")
    merged: Any = cv2.merge(list(planes))
    return cast("npt.NDArray[T]", merged.reshape(height, width, channels))


def planar(pixels: npt.NDArray[T]) -> npt.NDArray[T]:
    """h w c, of any strides, as c h w: contiguous, in memory of its own."""
    height, width, channels = pixels.shape
    if channels > MOST_CHANNELS:
        return np.array(pixels.transpose(2, 0, 1), order="C")
    planes = np.empty((channels, height, width), pixels.dtype)
    cv2.split(pixels, list(planes))
    return planes
