"""Clean crops of photographs, and their JPEG forms by Pillow."""

from __future__ import annotations

import io
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

Bytes = npt.NDArray[np.uint8]


@cache
def photograph(name: str) -> Bytes:
    """One that comes with scikit-image and was never compressed."""
    with (resources.files("skimage") / "data" / name).open("rb") as file:
        return np.asarray(Image.open(file).convert("RGB"))


def crop(seed: int, side: int, name: str = "coffee.png") -> Bytes:
    picture = photograph(name)
    generator = np.random.default_rng(seed)
    row, column = (int(generator.integers(0, length - side)) for length in picture.shape[:2])
    return picture[row : row + side, column : column + side].copy()


def jpeg(pixels: Bytes, **settings: Any) -> Bytes:
    """h w c after encoding by Pillow and decoding."""
    file = io.BytesIO()
    Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels).save(
        file, "JPEG", **settings
    )
    found = np.asarray(Image.open(file))
    return found[..., None] if found.ndim == 2 else found


def enlarged(pixels: Bytes, factor: float) -> Bytes:
    """By Pillow's bicubic."""
    sides = [round(length * factor) for length in pixels.shape[1::-1]]
    return np.asarray(
        Image.fromarray(pixels).resize((sides[0], sides[1]), Image.Resampling.BICUBIC)
    )
