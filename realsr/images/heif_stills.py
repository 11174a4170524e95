"""HEIC and HEIF by the libheif inside pillow-heif (extra `heif`), which turns pictures upright itself."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any, BinaryIO

from degrade.errors import MissingExtraError
from degrade.geometry import Size
from realsr.images.errors import SourceError
from realsr.images.exif import upright_block
from realsr.images.pillow_stills import channels_of, colours_of, profile_of
from realsr.images.raster import Bytes, Header, Kept


@dataclass(frozen=True)
class HeifStill:
    """picture: of the library; decoded on demand."""

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
