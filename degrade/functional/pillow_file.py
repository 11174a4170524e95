"""Round trips of eight-bit pixels through Pillow's codecs, in memory."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image as PillowImage

from degrade.errors import ImageError
from degrade.functional.eight_bits import Pixels


def encode(pixels: Pixels, file_format: str, **settings: Any) -> bytes:
    """The file of pixels h w c (uint8, c 3 or 1) in a format of Pillow's, with Pillow's settings."""
    buffer = BytesIO()
    source = PillowImage.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels)
    try:
        source.save(buffer, file_format, **settings)
    except (OSError, KeyError) as error:
        raise ImageError(
            f"Pillow did not encode an image of shape {pixels.shape} as {file_format}: {error!r}; "
            "`python -m PIL` lists the codecs of this build"
        ) from error
    return buffer.getvalue()


def decode(data: bytes, channels: int) -> Pixels:
    """The uint8 pixels h w c of a file, as RGB or as grey."""
    with PillowImage.open(BytesIO(data)) as opened:
        pixels = np.array(opened.convert("L" if channels == 1 else "RGB"))
    return pixels[..., None] if channels == 1 else pixels
