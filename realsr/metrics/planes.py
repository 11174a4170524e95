"""From pictures to the planes of a convention: float64, 0..255, h w c."""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from degrade.errors import ImageError
from degrade.functional.color import MATLAB_GREY, STUDIO_BLACK, STUDIO_LUMA
from realsr.metrics.convention import Channel, Convention, Depth
from realsr.metrics.errors import NotDefinedError

Picture = npt.NDArray[Any]
"""uint8 on 0..255 or float in [0, 1]; h w (grey), h w 1 or h w 3 (RGB)."""

Planes = npt.NDArray[np.float64]
"""h w c on 0..255."""

Plane = npt.NDArray[np.float64]
"""h w on 0..255."""

_WEIGHTS: dict[Channel, tuple[float, ...]] = {
    "y": (*(weight / 255.0 for weight in STUDIO_LUMA), STUDIO_BLACK),
    "grey": (*MATLAB_GREY, 0.0),
}
"""Weights of R, G, B on 0..255 and the offset: ITU-R BT.601 in studio range; MATLAB's `rgb2gray`."""


def depth(image: Picture) -> Depth:
    """How the values of a checked picture are stored."""
    return "8 bit" if image.dtype == np.uint8 else "float"


def check_picture(image: Picture, name: str) -> None:
    """Raises ImageError where the picture is not one that `Picture` describes."""
    if (
        image.ndim not in (2, 3)
        or (image.ndim == 3 and image.shape[2] not in (1, 3))
        or not image.size
    ):
        raise ImageError(f"{name} has shape {image.shape}; expected h w, h w 1 or h w 3, not empty")
    if image.dtype == np.uint8:
        return
    if not np.issubdtype(image.dtype, np.floating):
        raise ImageError(f"{name} is {image.dtype}; expected uint8 0..255 or float in [0, 1]")
    low, high = float(image.min()), float(image.max())
    if not (low >= 0.0 and high <= 1.0):
        raise ImageError(
            f"{name} has values from {low:g} to {high:g}; expected floats in [0, 1]: clamp them, and say so"
        )


def check_pair(first: Picture, second: Picture, names: tuple[str, str]) -> None:
    """Raises ImageError where two pictures differ in size, in channels or in the way they are stored."""
    if first.shape[:2] != second.shape[:2] or channels(first) != channels(second):
        raise ImageError(
            f"{names[0]} is {first.shape} and {names[1]} {second.shape} (rows, columns, channels); a metric "
            "compares equal shapes and never resizes: cut or align the pictures first"
        )
    if depth(first) != depth(second):
        raise ImageError(
            f"{names[0]} is {first.dtype} and {names[1]} {second.dtype}: bring both to one type, and say so"
        )


def channels(image: Picture) -> int:
    return 1 if image.ndim == 2 else int(image.shape[2])


def planes(image: Picture, convention: Convention) -> Planes:
    """The planes h w c float64 on 0..255 of a checked picture, cut as the convention (resolved) says.

    A picture of one channel counts as R = G = B. Raises NotDefinedError where the crop leaves nothing.
    """
    kept = cropped(image, convention)
    values = kept.astype(np.float64)
    if kept.dtype != np.uint8:
        values *= 255.0
    if convention.channel == "rgb":
        return values if values.ndim == 3 else values[:, :, None]
    return _weighed(values, convention.channel, convention.rounded)[:, :, None]


def plane(image: Picture, convention: Convention) -> Plane:
    """The one plane h w of a convention of luma or grey."""
    return planes(image, convention)[:, :, 0]


def cropped(image: Picture, convention: Convention) -> Picture:
    """A picture or a map h w without the border that a resolved convention cuts.

    Raises NotDefinedError where that leaves nothing.
    """
    border = int(convention.crop)
    if 2 * border >= min(image.shape[:2]):
        raise NotDefinedError(
            f"a crop of {border} px leaves nothing of {image.shape[0]} x {image.shape[1]} (height x width)"
        )
    inside = slice(border, -border or None)
    return image[inside, inside]


def _weighed(values: npt.NDArray[np.float64], channel: Channel, rounded: bool) -> Plane:
    *weights, offset = _WEIGHTS[channel]
    if values.ndim == 3 and values.shape[2] == 3:
        result = cv2.transform(values, np.array([weights]))
    else:
        result = values.reshape(values.shape[:2]) * math.fsum(weights)
    result = np.asarray(result, dtype=np.float64).reshape(values.shape[:2]) + offset
    return np.floor(result + 0.5) if rounded else result
