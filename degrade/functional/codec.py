"""JPEG round trips by the real codec: the libjpeg-turbo inside OpenCV.

The codec works on eight bits, so this is where an image is rounded: in by rint(255 x) of x clipped to [0, 1],
halves to even, out by k / 255. Its settings are libjpeg's own: baseline, standard tables scaled by quality,
accurate integer DCT, chroma averaged down and interpolated up ("fancy upsampling"), borders replicated.
"""

from __future__ import annotations

import re
from types import MappingProxyType

import cv2
import numpy as np
import numpy.typing as npt

from degrade.errors import ImageError
from degrade.functional.eight_bits import (
    check_shape,
    from_eight_bits,
    swap_red_and_blue,
    to_eight_bits,
)
from degrade.functional.libjpeg.sampling import LARGEST_SIDE

Image = npt.NDArray[np.float32]
Pixels = npt.NDArray[np.uint8]

SUBSAMPLINGS = MappingProxyType(
    {
        "4:4:4": cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444,
        "4:4:0": cv2.IMWRITE_JPEG_SAMPLING_FACTOR_440,
        "4:2:2": cv2.IMWRITE_JPEG_SAMPLING_FACTOR_422,
        "4:2:0": cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420,
        "4:1:1": cv2.IMWRITE_JPEG_SAMPLING_FACTOR_411,
    }
)
"""Chroma at full size, at half the rows, half the columns, half of both, a quarter of the columns."""


def jpeg_version() -> str:
    """The codec that decides the pixels, as OpenCV's build names it: `build-libjpeg-turbo (ver 3.1.2-70)`."""
    found = re.search(r"^\s*JPEG:\s*(.*?)\s*$", cv2.getBuildInformation(), re.MULTILINE)
    return found.group(1) if found else "unknown"


def jpeg(image: Image, quality: int, subsampling: str) -> Image:
    """An image h w c after one JPEG encoding and decoding; float32 in, float32 in [0, 1] out.

    quality: 1..100. subsampling: a key of SUBSAMPLINGS, without meaning for one channel. c is 3 (RGB) or 1.
    Raises ImageError for other channel counts and sides, ValueError for other settings.
    """
    pixels = to_eight_bits(image, "jpeg", LARGEST_SIDE)
    return from_eight_bits(decode_jpeg(encode_jpeg(pixels, quality, subsampling)))


def encode_jpeg(pixels: Pixels, quality: int, subsampling: str) -> bytes:
    """The JPEG file of uint8 pixels h w c, c 3 (RGB) or 1."""
    _check(pixels.shape, quality, subsampling)
    settings = [cv2.IMWRITE_JPEG_QUALITY, quality]
    if pixels.shape[2] == 3:
        settings += [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, SUBSAMPLINGS[subsampling]]
    done, data = cv2.imencode(".jpg", swap_red_and_blue(pixels), settings)
    if not done:
        raise ImageError(f"libjpeg did not encode an image of shape {pixels.shape}")
    return data.tobytes()


def decode_jpeg(data: bytes) -> Pixels:
    """The uint8 pixels h w c of a JPEG file, c 3 (RGB) or 1 as the file has it, turned by no tag."""
    flags = cv2.IMREAD_UNCHANGED | cv2.IMREAD_IGNORE_ORIENTATION
    decoded = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    if decoded is None:
        raise ImageError(f"libjpeg did not decode a file of {len(data)} bytes")
    pixels: Pixels = decoded.astype(np.uint8, copy=False)
    return swap_red_and_blue(pixels if pixels.ndim == 3 else pixels[..., None])


def _check(shape: tuple[int, ...], quality: int, subsampling: str) -> None:
    check_shape(shape, "jpeg", LARGEST_SIDE)
    if isinstance(quality, bool) or not isinstance(quality, int) or not 1 <= quality <= 100:
        raise ValueError(f"jpeg quality {quality!r}: expected a whole number from 1 to 100")
    if subsampling not in SUBSAMPLINGS:
        raise ValueError(
            f"jpeg subsampling {subsampling!r}: expected one of {', '.join(SUBSAMPLINGS)}"
        )
