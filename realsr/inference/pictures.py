"""Picture files at their own depth: grey, alpha and 16 bits stay."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from realsr.images.errors import SourceError
from realsr.images.raster import Kept, Pixels
from realsr.images.reading import check_values, opened_still

_DEEPEST = 16


@dataclass(frozen=True)
class Picture:
    """pixels: upright. kept: what its file says of them. digest: SHA-256 of the file."""

    pixels: Pixels
    kept: Kept
    digest: str


def read_picture(path: Path, max_pixels: int) -> Picture:
    """A picture, upright, with its alpha, in 8 or 16 bits as its file has it. Raises SourceError."""
    with opened_still(path, max_pixels) as found:
        header = found.still.header
        if header.bits > _DEEPEST:
            raise SourceError(
                "deep", "it has more than 16 bits a channel; convert it to 16 bits first"
            )
        check_values(header)
        pixels = found.decoded()
        if header.bits > 8 and pixels.dtype == np.uint8:
            raise SourceError(
                "deep",
                f"it has {header.bits} bits a channel, of which its decoder gives 8; convert it to a PNG or "
                "TIFF of 16 bits first",
            )
        return Picture(pixels, found.kept(), found.digest())
