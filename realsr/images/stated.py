"""What a file's own headers say and its decoder does not: how deep a picture is, how many scans it has."""

from __future__ import annotations

import re
import struct
from typing import BinaryIO

from realsr.images.errors import SourceError

_SOS, _EOI = 0xDA, 0xD9
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})
"""Markers without a segment: TEM, RST0 to RST7, SOI."""
_MARKER = re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]")
"""What ends a scan's data: neither a stuffed 0xFF nor a restart (ITU-T T.81, B.1.1)."""
_SMALL, _LARGE = 2**6, 2**20
"""Bytes that are read at once: a marker mostly follows its forerunner's segment."""
MOST_SCANS = 1000
"""Above which nobody counts on. Encoders make about 10."""
_MOST_MARKERS = 2**16
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


def scans_of(file: BinaryIO) -> int:
    """Of an open JPEG, up to its end or to where it is no JPEG any more: from 1 to MOST_SCANS + 1, which
    is also said of one with more markers than a picture needs. The file's place stays as it is.
    """
    before, count = file.tell(), 0
    file.seek(2)
    for _ in range(_MOST_MARKERS):
        marker = _next_marker(file)
        count += marker == _SOS
        if marker in (None, _EOI) or count > MOST_SCANS or not _passed(file, marker):
            break
    else:
        count = MOST_SCANS + 1
    file.seek(before)
    return max(1, count)


def _next_marker(file: BinaryIO) -> int | None:
    """Behind whatever data stands before it; None where there is none."""
    held, size = b"", _SMALL
    while part := file.read(size):
        size = min(_LARGE, 4 * size)
        held = held[-1:] + part if held.endswith(b"\xff") else part
        if found := _MARKER.search(held):
            file.seek(found.end() - len(held), 1)
            return found[0][-1]
    return None


def _passed(file: BinaryIO, marker: int | None) -> bool:
    """Goes behind a marker's segment, if it has one; whether there was one where one belongs."""
    if marker in _ALONE:
        return True
    length = file.read(2)
    if len(length) < 2:
        return False
    file.seek(max(0, struct.unpack(">H", length)[0] - 2), 1)
    return True
