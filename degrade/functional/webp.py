"""Lossy WebP round trips by the libwebp inside OpenCV.

VP8: luma and chroma at 4:2:0, studio range, sides of at most 16383. There is no grey: one channel is coded
as three equal ones and read from the green.
"""

from __future__ import annotations

import cv2
import numpy as np

from degrade.errors import ImageError
from degrade.functional.eight_bits import (
    Image,
    Pixels,
    from_eight_bits,
    grey_as_rgb,
    rgb_as,
    swap_red_and_blue,
    to_eight_bits,
)

LARGEST_SIDE = 16383


def webp(image: Image, quality: int) -> Image:
    """An image h w c (3 or 1 channels, [0, 1]) after one lossy WebP encoding and decoding.

    quality: libwebp's, a whole number 1..100. OpenCV takes an absent quality or one above 100 for lossless,
    so neither gets through. Raises ImageError for shapes it cannot hold, ValueError for other qualities.
    """
    pixels = to_eight_bits(image, "webp", LARGEST_SIDE)
    decoded = decode_webp(encode_webp(grey_as_rgb(pixels), quality))
    return from_eight_bits(rgb_as(decoded, pixels.shape[2]))


def encode_webp(pixels: Pixels, quality: int) -> bytes:
    """The WebP file of uint8 RGB pixels h w 3."""
    if isinstance(quality, bool) or not isinstance(quality, int) or not 1 <= quality <= 100:
        raise ValueError(f"webp quality {quality!r}: expected a whole number from 1 to 100")
    done, data = cv2.imencode(
        ".webp", swap_red_and_blue(pixels), [cv2.IMWRITE_WEBP_QUALITY, quality]
    )
    if not done:
        raise ImageError(f"libwebp did not encode an image of shape {pixels.shape}")
    return bytes(data.tobytes())


def decode_webp(data: bytes) -> Pixels:
    """The uint8 RGB pixels h w 3 of a WebP file."""
    decoded = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    if decoded is None:
        raise ImageError(f"libwebp did not decode a file of {len(data)} bytes")
    return swap_red_and_blue(decoded.astype(np.uint8, copy=False))
