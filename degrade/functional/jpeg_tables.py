"""JPEG with quantisation tables of one's own, by the libjpeg-turbo inside Pillow."""

from __future__ import annotations

from collections.abc import Sequence

from degrade.functional import pillow_file
from degrade.functional.eight_bits import Image, from_eight_bits, to_eight_bits
from degrade.functional.libjpeg.sampling import LARGEST_SIDE

SUBSAMPLINGS = ("4:4:4", "4:2:2", "4:2:0")
"""What Pillow can ask of libjpeg."""

TABLE_LENGTH = 64
LARGEST_STEP = 255
"""Of baseline JPEG, whose tables have eight bits."""


def read_table(text: str) -> list[int]:
    """A table written as 64 whole numbers from 1 to 255 with blanks between them, row by row.

    The order is natural (a row holds one vertical frequency), not the zigzag of the file. Raises ValueError.
    """
    words = text.replace(",", " ").split()
    steps = [int(word) for word in words if word.isdecimal()]
    if len(words) != TABLE_LENGTH or len(steps) != TABLE_LENGTH:
        raise ValueError(
            f"a quantisation table of {len(words)} entries, {len(steps)} of them whole numbers: "
            f"expected {TABLE_LENGTH} whole numbers, row by row, with blanks between them"
        )
    if not 1 <= min(steps) <= max(steps) <= LARGEST_STEP:
        raise ValueError(
            f"a quantisation table with steps {min(steps)}..{max(steps)}: expected 1..{LARGEST_STEP}"
        )
    return steps


def jpeg_by_tables(
    image: Image, luma: Sequence[int], chroma: Sequence[int], subsampling: str
) -> Image:
    """An image h w c (3 or 1 channels, [0, 1]) after one JPEG round trip with these tables.

    luma, chroma: 64 steps each in natural order, as `read_table` gives them. One channel uses luma only.
    Raises ImageError for shapes it cannot hold.
    """
    pixels = to_eight_bits(image, "jpeg", LARGEST_SIDE)
    channels = pixels.shape[2]
    tables = [list(luma)] if channels == 1 else [list(luma), list(chroma)]
    settings = {} if channels == 1 else {"subsampling": subsampling}
    data = pillow_file.encode(pixels, "JPEG", qtables=tables, **settings)
    return from_eight_bits(pillow_file.decode(data, channels))
