"""Compressing again as a JPEG file says that it was compressed."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import numpy.typing as npt
from PIL import Image

from realsr.estimation.seen import JpegTables

Pixels = npt.NDArray[np.uint8]

_SUBSAMPLING = {
    ((1, 1), (1, 1), (1, 1)): 0,
    ((1, 2), (1, 1), (1, 1)): 1,
    ((2, 2), (1, 1), (1, 1)): 2,
    ((1, 1),): 0,
}
"""Pillow's numbers of 4:4:4, 4:2:2 and 4:2:0, by the factors of the components."""


def can_encode(tables: JpegTables) -> bool:
    """Whether libjpeg is asked for these factors by a name, on a grid that begins at the corner."""
    factors = tables.sampling
    known = factors in _SUBSAMPLING or len(factors) == 1
    return known and tables.grid == (0, 0) and max(one.max() for one in tables.steps) <= 255


def encoded(pixels: Pixels, tables: JpegTables) -> Pixels:
    """`h w c` through libjpeg with the tables, and back. Only where `can_encode` says so."""
    grey = pixels.shape[2] == 1
    image = Image.fromarray(pixels[..., 0] if grey else pixels)
    kinds = 1 if grey else 2
    steps = [one.ravel().tolist() for one in tables.steps[:kinds]]
    memory = BytesIO()
    options = {} if grey else {"subsampling": _SUBSAMPLING[tables.sampling]}
    image.save(memory, "JPEG", qtables=steps, **options)
    decoded = np.asarray(Image.open(memory), np.uint8)
    return decoded.reshape(pixels.shape)
