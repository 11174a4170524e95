"""JPEG 2000 round trips by the OpenJPEG inside Pillow: the 9/7 wavelet, one tile, one quality layer."""

from __future__ import annotations

from typing import Literal

from degrade.functional import pillow_file
from degrade.functional.eight_bits import Image, from_eight_bits, to_eight_bits

LARGEST_SIDE = 65535


def jpeg2000(image: Image, target: Literal["ratio", "psnr"], value: float) -> Image:
    """An image h w c (3 or 1 channels, [0, 1]) after one JPEG 2000 encoding and decoding.

    target `ratio`: value is raw bytes / coded bytes; headers of some 200 bytes are part of the file, so a small
    image does not reach a high ratio. `psnr`: value is the PSNR in dB that the coder aims at.
    Raises ImageError for shapes it cannot hold.
    """
    pixels = to_eight_bits(image, "jpeg2000", LARGEST_SIDE)
    data = pillow_file.encode(
        pixels,
        "JPEG2000",
        quality_mode="rates" if target == "ratio" else "dB",
        quality_layers=[value],
        irreversible=True,
    )
    return from_eight_bits(pillow_file.decode(data, pixels.shape[2]))
