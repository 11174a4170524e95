"""PNG: what its chunks say, and its pixels.

Up to 8 bits Pillow decodes, 16 bits OpenCV, which is shown nothing but the pixels' own chunks, so that none
of them applies a gamma or makes alpha of a colour in its own way. A transparent colour (tRNS) is compared
here, at the file's own depth.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

import cv2
import numpy as np
from PIL import ImageFile

from degrade.geometry import Size
from realsr.images.errors import SourceError, as_damage
from realsr.images.exif import orientation_of, upright_block
from realsr.images.own import MADE_BY
from realsr.images.pillow_stills import channels_of, frames_of, profile_of
from realsr.images.raster import GREY, RGB, Header, Kept, Pixels, Words, full_range

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PALETTE, _ALPHA = 1, 4
"""Bits of the colour type, the second of which (2) is colour."""
_GREYS = (0, 4)
_MEANING = (b"gAMA", b"cHRM", b"sRGB", b"cICP")
_LATE = (b"eXIf", b"tEXt", b"zTXt", b"iTXt")
"""Chunks that may tell which way is up, and may stand behind the pixels."""
_SMALL = 1024
"""Chunks that are read here are no longer: a tRNS has 256 bytes at most."""


class Chunk(NamedTuple):
    kind: bytes
    start: int
    length: int


@dataclass(frozen=True)
class PngStill:
    """image: Pillow's view of the file; its pixels are used where they have 8 bits at most."""

    file: BinaryIO
    image: ImageFile.ImageFile
    chunks: Sequence[Chunk]
    colour_type: int
    header: Header

    def decode(self) -> Pixels:
        if self.colour_type & _PALETTE:
            self.image.load()
            return channels_of(self.image)
        pixels = self._words() if self.header.bits == 16 else self._bytes()
        key = self._transparent()
        return pixels if key is None or self.colour_type & _ALPHA else _keyed(pixels, key)

    def kept(self) -> Kept:
        meaning = tuple(
            (chunk.kind, self._read(chunk))
            for chunk in self.chunks
            if chunk.kind in _MEANING and chunk.length <= _SMALL
        )
        return Kept(profile_of(self.image), upright_block(self.image), meaning)

    def _bytes(self) -> Pixels:
        self.image.load()
        self.image.info.pop("transparency", None)
        return channels_of(self.image)

    def _words(self) -> Words:
        found = cv2.imdecode(
            np.frombuffer(self._pixels_alone(), np.uint8),
            cv2.IMREAD_UNCHANGED | cv2.IMREAD_IGNORE_ORIENTATION,
        )
        height, width = self.header.size
        if found is None or found.dtype != np.uint16 or found.shape[:2] != (height, width):
            raise SourceError(
                "damaged", "its 16-bit pixels cannot be decoded (truncated, or damaged)"
            )
        words = np.asarray(found, np.uint16).reshape(height, width, -1)
        # OpenCV has blue first, and grey with alpha as three greys with alpha.
        return words[..., {0: [0], 2: [2, 1, 0], 4: [0, 3], 6: [2, 1, 0, 3]}[self.colour_type]]

    def _pixels_alone(self) -> bytes:
        """The same picture as a PNG of three kinds of chunks. Raises SourceError."""
        end_of_file = self.file.seek(0, os.SEEK_END)
        self.file.seek(0)
        parts = [self.file.read(33)]
        for chunk in self.chunks:
            if chunk.kind == b"IDAT":
                # OpenCV makes room for what a chunk says of itself, up to 4 GB.
                if chunk.start + chunk.length + 4 > end_of_file:
                    raise SourceError("damaged", "its pixels break off (truncated, or damaged)")
                self.file.seek(chunk.start - 8)
                parts.append(self.file.read(chunk.length + 12))
        end = b"IEND"
        return b"".join([*parts, struct.pack(">I", 0), end, struct.pack(">I", zlib.crc32(end))])

    def _transparent(self) -> Pixels | None:
        """The colour that stands for transparency, on the pixels' own range."""
        for chunk in self.chunks:
            if chunk.kind == b"tRNS":
                count = 1 if self.colour_type in _GREYS else 3
                bits = self.header.bits
                with as_damage():
                    values = struct.unpack(f">{count}H", self._read(chunk)[: 2 * count])
                kept = np.array([value & ((1 << bits) - 1) for value in values], np.uint16)
                return full_range(kept if bits == 16 else kept.astype(np.uint8), bits)
        return None

    def _read(self, chunk: Chunk) -> bytes:
        self.file.seek(chunk.start)
        return self.file.read(min(chunk.length, _SMALL))


def png_still(file: BinaryIO, image: ImageFile.ImageFile) -> PngStill:
    """Of an open PNG file and what Pillow made of its header. Raises SourceError."""
    if image.info.get(MADE_BY[0]) == MADE_BY[1]:
        raise SourceError("own", "it is a contact sheet that realsr drew, and no photograph")
    chunks = tuple(_chunks(file))
    file.seek(24)
    depth, colour_type = file.read(2)
    if _tells_late(chunks):
        with as_damage():
            image.load()
    width, height = image.size
    colours = GREY if colour_type in _GREYS else RGB
    header = Header(Size(height, width), colours, depth, orientation_of(image), frames_of(image))
    return PngStill(file, image, chunks, colour_type, header)


def _chunks(file: BinaryIO) -> Iterator[Chunk]:
    """Every chunk up to the end, or to where the file breaks off; Pillow's place in the file stays."""
    place = file.tell()
    end = file.seek(0, os.SEEK_END)
    start = len(SIGNATURE)
    while start + 8 <= end:
        file.seek(start)
        length, kind = struct.unpack(">I4s", file.read(8))
        yield Chunk(kind, start + 8, length)
        start += length + 12
    file.seek(place)


def _tells_late(chunks: Sequence[Chunk]) -> bool:
    kinds = [chunk.kind for chunk in chunks]
    return b"IDAT" in kinds and any(kind in _LATE for kind in kinds[kinds.index(b"IDAT") :])


def _keyed(pixels: Pixels, key: Pixels) -> Pixels:
    """With alpha: 0 where a pixel has the key's colour, full elsewhere."""
    full = np.iinfo(pixels.dtype).max
    alpha = np.where((pixels == key).all(axis=2, keepdims=True), 0, full)
    return np.concatenate([pixels, alpha.astype(pixels.dtype)], axis=2)
