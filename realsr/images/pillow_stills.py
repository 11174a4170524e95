"""Pictures that Pillow decodes: JPEG, BMP, WebP, AVIF, JPEG 2000, and HEIC behind its extra."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

import numpy as np
from PIL import Image, ImageFile

from degrade.geometry import Size
from realsr.images.errors import SourceError
from realsr.images.exif import orientation_of, upright_block
from realsr.images.raster import GREY, RGB, Bytes, Header, Kept

_COLOURS = {"1": GREY, "L": GREY, "LA": GREY, "RGB": RGB, "RGBA": RGB, "P": RGB, "PA": RGB}
_WITH_ALPHA = ("LA", "PA", "RGBA")


@dataclass(frozen=True)
class PillowStill:
    """bits: of one channel as the file stores it; Pillow itself reduces deeper colour without a word."""

    image: ImageFile.ImageFile
    bits: int = 8
    header: Header = field(init=False)

    def __post_init__(self) -> None:
        width, height = self.image.size
        header = Header(
            Size(height, width),
            colours_of(self.image.mode),
            self.bits,
            orientation_of(self.image),
            frames_of(self.image),
        )
        object.__setattr__(self, "header", header)

    def decode(self) -> Bytes:
        self.image.load()
        return channels_of(self.image)

    def kept(self) -> Kept:
        return Kept(profile_of(self.image), upright_block(self.image))


def colours_of(mode: str) -> str:
    """Of Pillow's mode: GREY, RGB, or what else it is."""
    return _COLOURS.get(mode, mode)


def frames_of(image: ImageFile.ImageFile) -> int:
    """How many pictures a file holds. Raises SourceError where its list of them is broken."""
    try:
        return int(getattr(image, "n_frames", 1))
    except Exception as error:  # some files are walked through to count
        raise SourceError("damaged", f"its list of pictures is broken ({error})") from error


def profile_of(image: Image.Image) -> bytes | None:
    """The ICC profile, if there is one."""
    return cast("bytes | None", image.info.get("icc_profile")) or None


def channels_of(image: Image.Image) -> Bytes:
    """`h w c` uint8 of a picture in 8 bits: grey, grey and alpha, RGB or RGBA (c = 1 to 4)."""
    grey = colours_of(image.mode) == GREY
    if image.mode in _WITH_ALPHA or "transparency" in image.info:
        return np.array(image.convert("LA" if grey else "RGBA"))
    pixels = np.array(image.convert("L" if grey else "RGB"))  # a copy of our own, for torch to wrap
    return pixels[..., None] if grey else pixels
