"""Resizing by the libraries themselves: Pillow, OpenCV and torch, as installed.

Images are h w c float32 in [0, 1]. Pillow, and OpenCV where asked, work on eight bits: in by rint(255 x) of
x clipped to [0, 1], out by k / 255. Every channel is resized by itself. Where the result's pixels lie is
measured on the library for the filters that move the image in the mean (`measured_shift`).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from types import MappingProxyType
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt
import PIL.Image
import torch
from torch import Tensor

from degrade.functional.eight_bits import eight_bit_levels, from_eight_bits

Image = npt.NDArray[np.float32]
Size = tuple[int, int]

PilFilter = Literal["nearest", "box", "bilinear", "hamming", "bicubic", "lanczos"]
CvFilter = Literal["nearest", "linear", "cubic", "area", "lanczos4"]
TorchFilter = Literal["nearest", "nearest-exact", "bilinear", "bicubic", "area"]

PIL_FILTERS = MappingProxyType(
    {
        "nearest": PIL.Image.Resampling.NEAREST,
        "box": PIL.Image.Resampling.BOX,
        "bilinear": PIL.Image.Resampling.BILINEAR,
        "hamming": PIL.Image.Resampling.HAMMING,
        "bicubic": PIL.Image.Resampling.BICUBIC,
        "lanczos": PIL.Image.Resampling.LANCZOS,
    }
)
CV_FILTERS = MappingProxyType(
    {
        "nearest": cv2.INTER_NEAREST,
        "linear": cv2.INTER_LINEAR,
        "cubic": cv2.INTER_CUBIC,
        "area": cv2.INTER_AREA,
        "lanczos4": cv2.INTER_LANCZOS4,
    }
)
UNEVEN = frozenset({("pil", "nearest"), ("pil", "box"), ("cv2", "nearest")}) | frozenset(
    {("torch", "nearest"), ("torch", "nearest-exact"), ("cv2", "area")}
)
"""Filters that choose whole pixels, as OpenCV's area does where it enlarges: their rules for ties and ends move
the image in the mean."""


def pil_resize(image: Image, size: Size, name: str) -> Image:
    """`PIL.Image.resize` of the image's eight bits; size is (height, width)."""
    pixels = eight_bit_levels(image)
    planes = [
        PIL.Image.fromarray(np.ascontiguousarray(pixels[..., channel])).resize(
            size[::-1], PIL_FILTERS[name]
        )
        for channel in range(pixels.shape[2])
    ]
    return from_eight_bits(np.stack([np.asarray(plane) for plane in planes], axis=2))


def cv2_resize(image: Image, size: Size, name: str, eight_bits: bool) -> Image:
    """`cv2.resize` of the image, as eight bits or as float32; size is (height, width)."""
    pixels = eight_bit_levels(image) if eight_bits else image
    planes = [
        cv2.resize(np.ascontiguousarray(plane), size[::-1], interpolation=CV_FILTERS[name])
        for plane in np.moveaxis(pixels, 2, 0)
    ]
    out = np.stack(planes, axis=2)
    return from_eight_bits(out.astype(np.uint8)) if eight_bits else out.astype(np.float32)


def torch_resize(image: Tensor, size: Size, name: str, antialias: bool) -> Tensor:
    """`torch.nn.functional.interpolate` of one image 1 c h w to (height, width), on its device.

    The image is laid out anew: torch has other code, with other last bits, for other layouts.
    """
    plain = image.clone(memory_format=torch.contiguous_format)
    smooth = name in ("bilinear", "bicubic")
    return torch.nn.functional.interpolate(
        plain, size=size, mode=name, antialias=smooth and antialias
    )


@lru_cache(maxsize=4096)
def measured_shift(library: str, name: str, size_in: int, size_out: int) -> float:
    """How far to the right of evenly covering positions the library's pixels lie in the mean, in input pixels.

    Measured on a column whose value is its row, for the filters in UNEVEN; 0 for others.
    """
    if (library, name) not in UNEVEN or (name == "area" and size_out <= size_in):
        return 0.0
    rows = np.arange(size_in, dtype=np.float32)[:, None]
    resized = _COLUMNS[library](rows, size_out, name)[:, 0].astype(np.float64)
    scale = size_in / size_out
    return float((resized - (scale * np.arange(size_out) + 0.5 * scale - 0.5)).mean())


@lru_cache(maxsize=128)
def measured_weights(library: str, name: str, size_in: int, size_out: int) -> Tensor:
    """The library's own weights along one axis, float64 (size_out, size_in): what it makes of unit vectors."""
    unit = np.eye(size_in, dtype=np.float32)
    return torch.from_numpy(_COLUMNS[library](unit, size_out, name).astype(np.float64))


def weighed_resize(image: Tensor, size: Size, library: str, name: str) -> Tensor:
    """A library's resize of one image 1 c h w to (height, width) as two matrix products; gradients pass.

    Without the library's roundings, so close to its pixels but not equal.
    """
    rows, columns = (
        measured_weights(library, name, size_in, size_out).to(image.device, image.dtype)
        for size_in, size_out in zip(image.shape[2:], size, strict=True)
    )
    return rows @ image @ columns.T


def _pil_column(rows: Image, size_out: int, name: str) -> Image:
    size = (rows.shape[1], size_out)
    return np.asarray(PIL.Image.fromarray(rows).resize(size, PIL_FILTERS[name]))


def _cv_column(rows: Image, size_out: int, name: str) -> Image:
    resized = cv2.resize(rows, (rows.shape[1], size_out), interpolation=CV_FILTERS[name])
    return np.asarray(resized, np.float32)


def _torch_column(rows: Image, size_out: int, name: str) -> Image:
    column = torch.from_numpy(rows)[None, None]
    return torch_resize(column, (size_out, rows.shape[1]), name, antialias=False)[0, 0].numpy()


_COLUMNS: dict[str, Callable[[Image, int, str], Image]] = {
    "pil": _pil_column,
    "cv2": _cv_column,
    "torch": _torch_column,
}
