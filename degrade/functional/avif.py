"""AVIF round trips by the libavif inside Pillow: AV1 intra frames, encoded by libaom on one thread.

Full range, BT.601 matrix (libavif's defaults in Pillow); one channel is coded without chroma.
"""

from __future__ import annotations

from degrade.functional import pillow_file
from degrade.functional.eight_bits import Image, from_eight_bits, to_eight_bits

LARGEST_SIDE = 65536
SUBSAMPLINGS = ("4:4:4", "4:2:2", "4:2:0")


def avif(image: Image, quality: int, speed: int, subsampling: str) -> Image:
    """An image h w c (3 or 1 channels, [0, 1]) after one AVIF encoding and decoding.

    quality: 1..100. speed: 0 (slowest) to 10. subsampling: one of SUBSAMPLINGS, without meaning for one
    channel. Raises ImageError for shapes it cannot hold.
    """
    pixels = to_eight_bits(image, "avif", LARGEST_SIDE)
    channels = pixels.shape[2]
    data = pillow_file.encode(
        pixels,
        "AVIF",
        quality=quality,
        speed=speed,
        subsampling="4:0:0" if channels == 1 else subsampling,
        codec="aom",
        max_threads=1,
    )
    return from_eight_bits(pillow_file.decode(data, channels))
