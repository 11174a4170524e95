"""Reading a source: what is taken, what is refused, and in which words.

In: a file in 8 bits a channel. Out: `h w c` uint8, c = 1 (grey) or 3 (RGB), upright, in sRGB where the file
has another profile of red, green and blue.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from io import BufferedReader
from pathlib import Path
from typing import Literal

import numpy as np

from degrade.errors import MissingExtraError
from degrade.foreign import ForeignFileError, open_foreign
from degrade.geometry import Size
from realsr.images.errors import SourceError, as_damage, located
from realsr.images.formats import open_still
from realsr.images.profiles import Conversion, conversion_of
from realsr.images.raster import GREY, RGB, Bytes, Header, Kept, Pixels, Still, turned
from realsr.images.stated import MOST_SCANS

__all__ = [
    "MAX_PIXELS",
    "Alpha",
    "Bytes",
    "OpenSource",
    "OpenStill",
    "Reading",
    "open_picture",
    "opened",
    "opened_still",
]

Alpha = Literal["refuse", "drop", "white", "black"]

MAX_PIXELS = 2**28
"""Default bound of a source's height x width, checked before decoding."""
_SCANS = 32
"""Of a JPEG of as many pixels as are decoded at most; of a smaller one as many more, up to MOST_SCANS."""


@dataclass(frozen=True)
class Reading:
    """How sources are read: what real transparency becomes, and how many pixels are decoded at most."""

    alpha: Alpha = "refuse"
    max_pixels: int = MAX_PIXELS


@dataclass(frozen=True)
class OpenStill:
    """A picture of any depth and colours whose header is sound. size: upright."""

    file: BufferedReader
    still: Still

    @property
    def size(self) -> Size:
        return self.still.header.upright

    def decoded(self) -> Pixels:
        """Upright. Raises SourceError."""
        with as_damage():
            pixels = turned(self.still.decode(), self.still.header.orientation)
        if pixels.shape[:2] != tuple(self.size):
            raise SourceError(
                "damaged",
                f"its header says {self.size.height} x {self.size.width} and its pixels are "
                f"{pixels.shape[0]} x {pixels.shape[1]} (height x width)",
            )
        return pixels

    def kept(self) -> Kept:
        """Colour profile and EXIF. Raises SourceError."""
        with as_damage():
            return self.still.kept()

    def digest(self) -> str:
        """SHA-256 of the file's bytes, in hexadecimal."""
        self.file.seek(0)
        return hashlib.file_digest(self.file, "sha256").hexdigest()


@dataclass(frozen=True)
class OpenSource(OpenStill):
    """A source whose header is acceptable; its pixels are decoded on demand."""

    reading: Reading

    def pixels(self) -> Bytes:
        """Decoded, upright, grey or RGB: `h w c` uint8, in sRGB. Raises SourceError."""
        found = self.decoded().astype(np.uint8, copy=False)
        if self.conversion is not None:
            found = self.conversion.apply(found)
        return _flattened(found, self.reading.alpha)

    @cached_property
    def conversion(self) -> Conversion | None:
        """What brings its colours to sRGB; None where they are there. Raises SourceError."""
        return conversion_of(self.kept(), self.still.header.colours)


@contextmanager
def opened(
    path: Path, reading: Reading, file: BufferedReader | None = None
) -> Iterator[OpenSource]:
    """The source at `path`, past every check of its header. Raises SourceError with its path.

    file: its bytes where they are no file of their own; closed at the end.
    """
    with opened_still(path, reading.max_pixels, file) as found:
        _check_depth(found.still.header)
        check_values(found.still.header)
        yield OpenSource(found.file, found.still, reading)


@contextmanager
def opened_still(
    path: Path, max_pixels: int, file: BufferedReader | None = None
) -> Iterator[OpenStill]:
    """A still picture of bounded size at `path`, of any depth and colours. Raises SourceError with its path."""
    try:
        with file or open_picture(path) as stream:
            still = open_still(stream)
            _check_size(still.header, max_pixels)
            _check_still(still.header)
            yield OpenStill(stream, still)
    except SourceError as error:
        error.path = path
        raise
    except MissingExtraError as error:
        missing = SourceError("extra", f"it cannot be read: {error}")
        missing.path = path
        raise missing from error


def open_picture(path: Path, inside: Path | None = None) -> BufferedReader:
    """A picture's file, open and not empty; `inside` as of `open_foreign`. Raises SourceError with its path."""
    try:
        file = open_foreign(path, inside=inside)
    except ForeignFileError as error:
        reason = _REASONS.get(error.kind, error.reason)
        raise located(SourceError(error.kind, reason), path) from error
    if not os.fstat(file.fileno()).st_size:
        file.close()
        raise located(SourceError("empty", "the file is empty (0 bytes)"), path)
    return file


_REASONS = {
    "vanished": "the file is no longer there",
    "directory": "it is a directory with the name of an image",
}
"""What a missing picture is said to be: it was listed before."""


def _check_size(header: Header, max_pixels: int) -> None:
    height, width = header.size
    if min(height, width) < 1:
        raise SourceError(
            "damaged", f"its header says {height} x {width} (height x width), which is no picture"
        )
    if width * height > max_pixels:
        raise SourceError(
            "too-large",
            f"its header says {height} x {width} = {height * width} pixels (height x width), and at most "
            f"{max_pixels} are decoded",
        )
    most = min(MOST_SCANS, _SCANS * max_pixels // (width * height))
    if header.scans > most:
        raise SourceError(
            "too-large",
            f"it is a JPEG of more than {most} scans, each over {height} x {width} pixels (height x width), "
            "and encoders make about 10; save it anew with fewer",
        )


def _check_still(header: Header) -> None:
    if header.frames > 1:
        raise SourceError(
            "animated", f"it holds {header.frames} pictures; a source is one still picture"
        )


def _check_depth(header: Header) -> None:
    if header.bits > 8:
        raise SourceError(
            "deep",
            "it has more than 8 bits a channel, which the 8-bit PNG files of a pairs folder would lose; "
            "convert it to 8 bits first",
        )


def check_values(header: Header) -> None:
    """Raises SourceError for values that are no unsigned numbers, and colours that are neither grey nor RGB."""
    if header.values != "unsigned":
        raise SourceError(
            "values", f"its values are {header.values}; convert it to unsigned 8 or 16 bits first"
        )
    if header.colours not in (GREY, RGB):
        raise SourceError(
            "colour-mode", f"its colours are stored as {header.colours}; convert it to RGB first"
        )


def _flattened(pixels: Bytes, alpha: Alpha) -> Bytes:
    return pixels if pixels.shape[2] in (1, 3) else _without_alpha(pixels, alpha)


def _without_alpha(pixels: Bytes, alpha: Alpha) -> Bytes:
    colour, opacity = pixels[..., :-1], pixels[..., -1:]
    if alpha == "drop" or bool((opacity == 255).all()):
        return np.ascontiguousarray(colour)
    if alpha == "refuse":
        raise SourceError(
            "transparent",
            "it has transparent pixels",
        )
    ground = 255 if alpha == "white" else 0
    share = opacity.astype(np.uint32)
    mixed = colour * share + ground * (255 - share)
    return ((mixed + 127) // 255).astype(np.uint8)
