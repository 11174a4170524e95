"""Two JPEG round trips whose 8x8 grids do not lie on one another.

A photograph that was saved, cropped and saved again has blocks of two grids: those of the last file from the
top left corner on, those of the first wherever the crop left them (Bianchi and Piva, IEEE TIFS 7(3), 2012,
call it non-aligned double JPEG). Here the first coder sees the image with up to seven edge rows and columns
repeated before it, which are cut off again, so that the image itself stays where it is.
"""

from __future__ import annotations

import numpy as np

from degrade.functional.codec import jpeg
from degrade.functional.eight_bits import Image

BLOCK = 8


def shifted_jpeg(image: Image, quality: int, subsampling: str, offset: tuple[int, int]) -> Image:
    """A JPEG round trip with block edges before rows offset_y + 8 k and columns offset_x + 8 k."""
    top, left = (-offset[0]) % BLOCK, (-offset[1]) % BLOCK
    if not (top or left):
        return jpeg(image, quality, subsampling)
    padded = np.pad(image, ((top, 0), (left, 0), (0, 0)), mode="edge")
    return np.ascontiguousarray(jpeg(padded, quality, subsampling)[top:, left:])


def double_jpeg(
    image: Image,
    first: tuple[int, str],
    second: tuple[int, str],
    offset: tuple[int, int],
) -> Image:
    """An image h w c (3 or 1 channels, [0, 1]) after two JPEG round trips.

    first, second: quality and chroma subsampling. offset: row and column, 0..7 each, at which the first
    coder's block edges lie in the grid of the second, which starts at the top left corner. Between the two
    the image has eight bits. Raises as `degrade.functional.codec.jpeg` does.
    """
    if not all(0 <= place < BLOCK for place in offset):
        raise ValueError(
            f"a grid offset of {offset}: expected a row and a column of 0..{BLOCK - 1}"
        )
    return jpeg(shifted_jpeg(image, *first, offset), *second)
