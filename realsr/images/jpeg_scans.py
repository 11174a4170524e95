"""How many scans a JPEG has: a decoder goes over all pixels in each of them, however few bytes it holds."""

from __future__ import annotations

import re
import struct
from typing import BinaryIO

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
