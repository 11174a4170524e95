"""What a picture file holds, whatever its format: facts before a pixel is decoded, and pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, cast

import numpy as np
import numpy.typing as npt

from degrade.geometry import Size

Bytes = npt.NDArray[np.uint8]
Words = npt.NDArray[np.uint16]
Pixels = Bytes | Words
"""`h w c`, 8 or 16 bits a channel: grey, grey and alpha, RGB, RGBA (c = 1 to 4). Never multiplied by alpha."""

GREY, RGB = "grey", "RGB"
SIDEWAYS = (5, 6, 7, 8)
"""EXIF orientations that lay a picture on its side."""


@dataclass(frozen=True, slots=True)
class Header:
    """What a file says of itself.

    size: as stored, before it is turned upright. colours: GREY, RGB, or the name of others, which nobody reads
    on. bits: of one channel as stored. orientation: EXIF's, 1 to 8. frames: pictures in the file. values:
    `unsigned`, or the name of others. scans: how often its decoder goes over all pixels.
    """

    size: Size
    colours: str
    bits: int
    orientation: int = 1
    frames: int = 1
    values: str = "unsigned"
    scans: int = 1

    @property
    def upright(self) -> Size:
        height, width = self.size
        return Size(width, height) if self.orientation in SIDEWAYS else Size(height, width)


@dataclass(frozen=True, slots=True)
class Kept:
    """What describes pixels without being some, and stays with them when they are enlarged.

    icc: a colour profile. exif: a TIFF structure without the prefix `Exif`, which says that it is upright.
    png: chunks of a PNG that say what its numbers mean (gAMA, cHRM, sRGB, cICP).
    """

    icc: bytes | None = None
    exif: bytes | None = None
    png: tuple[tuple[bytes, bytes], ...] = ()


class Still(Protocol):
    """One picture in an open file, its header read."""

    @property
    def header(self) -> Header: ...

    def decode(self) -> Pixels:
        """The pixels as stored, not yet turned. Raises SourceError, or whatever a decoder raises."""

    def kept(self) -> Kept:
        """Colour profile and EXIF."""


def turned(pixels: Pixels, orientation: int) -> Pixels:
    """Brought upright."""
    match orientation:
        case 2:
            pixels = pixels[:, ::-1]
        case 3:
            pixels = pixels[::-1, ::-1]
        case 4:
            pixels = pixels[::-1]
        case 5:
            pixels = pixels.swapaxes(0, 1)
        case 6:
            pixels = np.rot90(pixels, -1)
        case 7:
            pixels = pixels[::-1, ::-1].swapaxes(0, 1)
        case 8:
            pixels = np.rot90(pixels)
    return cast("Pixels", np.ascontiguousarray(pixels))


def full_range(values: Pixels, bits: int) -> Pixels:
    """Values of 0 .. 2^bits - 1 on all of 0 .. 255 (up to 8 bits) or 0 .. 65535, rounded to nearest."""
    most, full = (1 << bits) - 1, 255 if bits <= 8 else 65535
    if most == full:
        return values
    steps = np.arange(most + 1, dtype=np.uint64)
    table = (2 * steps * full + most) // (2 * most)
    if bits <= 8:
        return table.astype(np.uint8)[values]
    return table.astype(np.uint16)[values]


def straight(pixels: Pixels) -> Pixels:
    """Colours with alpha multiplied in, divided by it: rounded to nearest; as they are where alpha is 0."""
    full = int(np.iinfo(pixels.dtype).max)
    alpha = pixels[..., -1:].astype(np.uint64)
    colours = (2 * full * pixels[..., :-1].astype(np.uint64) + alpha) // np.maximum(2 * alpha, 1)
    divided = np.where(alpha == 0, pixels[..., :-1], np.minimum(colours, full))
    return np.concatenate([divided.astype(pixels.dtype), pixels[..., -1:]], axis=2)
