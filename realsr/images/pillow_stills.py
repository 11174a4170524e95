"""Pictures that Pillow decodes: JPEG, BMP, WebP, AVIF, JPEG 2000; and HEIC by its plug-in (extra `heif`)."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, BinaryIO, cast

import numpy as np
from PIL import Image, ImageFile, JpegImagePlugin

from degrade.errors import MissingExtraError
from degrade.geometry import Size
from realsr.images.errors import SourceError
from realsr.images.exif import orientation_of, upright_block
from realsr.images.raster import GREY, RGB, Bytes, Header, Kept

_COLOURS = {
    "1": GREY,
    "L": GREY,
    "LA": GREY,
    "I;16": GREY,
    "RGB": RGB,
    "RGBA": RGB,
    "P": RGB,
    "PA": RGB,
}
_WITH_ALPHA = ("LA", "PA", "RGBA")
_PART = 2**24
"""Pixels that are converted at once."""


@dataclass(frozen=True, slots=True)
class JpegFacts:
    """What a JPEG file says of its compression, as stored.

    steps: of each component the 64 quantisation steps, row by row from low to high vertical frequency.
    sampling: (vertical, horizontal) factor of each component.
    """

    steps: tuple[tuple[int, ...], ...]
    sampling: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class PillowStill:
    """bits: of one channel as the file stores it; Pillow itself reduces deeper colour without a word.
    scans: of a JPEG.
    """

    image: ImageFile.ImageFile
    bits: int = 8
    scans: int = 1
    header: Header = field(init=False)

    def __post_init__(self) -> None:
        width, height = self.image.size
        header = Header(
            Size(height, width),
            colours_of(self.image.mode),
            self.bits,
            orientation_of(self.image),
            frames_of(self.image),
            scans=self.scans,
        )
        object.__setattr__(self, "header", header)

    @property
    def jpeg(self) -> JpegFacts | None:
        """Its tables; None where it is no JPEG, or names a table that it does not hold."""
        if not isinstance(self.image, JpegImagePlugin.JpegImageFile):
            return None
        tables, layers = self.image.quantization, self.image.layer
        if any(layer[3] not in tables for layer in layers):
            return None
        steps = tuple(tuple(tables[layer[3]]) for layer in layers)
        return JpegFacts(steps, tuple((layer[2], layer[1]) for layer in layers))

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
    has_alpha = image.mode in _WITH_ALPHA or "transparency" in image.info
    mode = {(True, True): "LA", (True, False): "L", (False, True): "RGBA", (False, False): "RGB"}[
        grey, has_alpha
    ]
    width, height = image.size
    pixels = np.empty((height, width, len(mode)), np.uint8)
    # By parts, since each is copied some times on its way.
    step = max(1, _PART // max(1, width))
    for top in range(0, height, step):
        part = image.crop((0, top, width, min(top + step, height))).convert(mode)
        pixels[top : top + step] = np.asarray(part).reshape(-1, width, len(mode))
    return pixels


@dataclass(frozen=True)
class HeifStill:
    """picture: of the library, which turns pictures upright itself; decoded on demand."""

    picture: Any
    header: Header

    def decode(self) -> Bytes:
        return channels_of(self.picture.to_pillow())

    def kept(self) -> Kept:
        image = self.picture.to_pillow()
        return Kept(profile_of(image), upright_block(image))


def heif_still(file: BinaryIO) -> HeifStill:
    """Of an open file. Raises MissingExtraError without the extra, SourceError for what cannot be opened."""
    try:
        library = import_module("pillow_heif")
    except ImportError as error:
        raise MissingExtraError("reading HEIC and HEIF", "heif") from error
    file.seek(0)
    try:
        found = library.open_heif(file, convert_hdr_to_8bit=True)
    except Exception as error:  # the library raises what its C parts say
        raise SourceError("damaged", f"its header cannot be read ({error})") from error
    picture = found[found.primary_index]
    width, height = picture.size
    bits = int(picture.info.get("bit_depth", 8))
    header = Header(Size(height, width), colours_of(picture.mode), bits, frames=len(found))
    return HeifStill(picture, header)
