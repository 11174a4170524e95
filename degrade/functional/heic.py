"""HEIC round trips by the libheif inside pillow-heif (extra `heif`): HEVC intra frames, encoded by x265."""

from __future__ import annotations

from importlib import import_module
from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image as PillowImage

from degrade.errors import MissingExtraError
from degrade.functional.eight_bits import (
    Image,
    from_eight_bits,
    grey_as_rgb,
    rgb_as,
    to_eight_bits,
)

LARGEST_SIDE = 16384
CHROMA = {"4:4:4": 444, "4:2:2": 422, "4:2:0": 420}


def _library() -> Any:
    try:
        return import_module("pillow_heif")
    except ImportError as error:
        raise MissingExtraError("heic", "heif") from error


def heic(image: Image, quality: int, subsampling: str) -> Image:
    """An image h w c (3 or 1 channels, [0, 1]) after one HEIC encoding and decoding.

    quality: 1..100 (pillow-heif's). subsampling: a key of CHROMA. One channel is coded as three equal ones and
    read from the green. Raises MissingExtraError without pillow-heif, ImageError for shapes it cannot hold.
    """
    pixels = to_eight_bits(image, "heic", LARGEST_SIDE)
    library = _library()
    buffer = BytesIO()
    source = library.from_pillow(PillowImage.fromarray(grey_as_rgb(pixels)))
    source.save(buffer, quality=quality, chroma=CHROMA[subsampling])
    buffer.seek(0)
    decoded = np.array(library.open_heif(buffer).to_pillow().convert("RGB"))
    return from_eight_bits(rgb_as(decoded, pixels.shape[2]))
