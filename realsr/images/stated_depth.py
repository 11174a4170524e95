"""How deep a picture is whose decoder gives 8 bits in any case: read from its file's own headers."""

from __future__ import annotations

import struct
from typing import BinaryIO

from realsr.images.errors import SourceError

_SEARCHED = 2**18
"""Bytes at a file's beginning in which its headers stand."""


def avif_bits(file: BinaryIO) -> int:
    """8, 10 or 12: the deepest of the AV1 configurations (AV1-ISOBMFF, 2.3.3)."""
    data, deepest, place = _beginning(file), 8, -1
    while (place := data.find(b"av1C", place + 1)) >= 0:
        flags = data[place + 6] if place + 6 < len(data) else 0
        high, twelve = flags & 0x40, flags & 0x20
        deepest = max(deepest, 12 if high and twelve else 10 if high else 8)
    return deepest


def jpeg_2000_bits(file: BinaryIO) -> int:
    """The deepest component's (ISO/IEC 15444-1, A.5.1). Raises SourceError for signed values."""
    data = _beginning(file)
    place = data.find(b"\xff\x4f\xff\x51")
    if place < 0:
        raise SourceError("damaged", "it holds no JPEG 2000 codestream where one is expected")
    (count,) = struct.unpack_from(">H", data, place + 40)
    depths = data[place + 42 : place + 42 + 3 * count : 3]
    if any(depth & 0x80 for depth in depths):
        raise SourceError("values", "its values are signed; convert it to unsigned ones first")
    return max((depth & 0x7F) + 1 for depth in depths)


def _beginning(file: BinaryIO) -> bytes:
    place = file.tell()
    file.seek(0)
    data = file.read(_SEARCHED)
    file.seek(place)
    return data
