"""A JPEG whose rows come strip by strip: strips are coded each by itself, and their scans joined.

Every row of blocks begins anew behind a restart marker (ITU-T T.81, E.1.4), so that a scan of eight rows of
blocks ends where RST7 is due, and the next one's begins as if there had been none before.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator

import numpy as np

from realsr.images.raster import Bytes

CYCLE = 8
"""Rows of blocks after which restart markers count from 0 again."""

_SOI, _EOI, _SOS, _RST7 = b"\xff\xd8", b"\xff\xd9", 0xDA, b"\xff\xd7"
_FRAMES = (0xC0, 0xC1)
"""Baseline and extended sequential."""

Encode = Callable[[Bytes, bool], bytes]
"""`h w c` and whether it is the picture's first strip -> a whole JPEG with a restart marker a row of blocks."""


def jpeg_of_strips(
    height: int, strips: Iterable[Bytes], block: int, encode: Encode
) -> Iterator[bytes]:
    """The parts of a JPEG file. height: of the whole. block: rows of a row of blocks, 8 or 16.

    encode uses the same tables for every strip, and tells the file what goes with the first.
    """
    first = True
    for strip in _of_rows(strips, CYCLE * block):
        head, scan = _parted(encode(strip, first))
        yield _with_height(head, height) if first else _RST7
        yield scan
        first = False
    yield _EOI


def _of_rows(strips: Iterable[Bytes], rows: int) -> Iterator[Bytes]:
    """The same rows in strips of so many; the last may be shorter."""
    waiting: list[Bytes] = []
    held = 0
    for strip in strips:
        waiting.append(strip)
        held += len(strip)
        if held >= rows:
            joined = np.concatenate(waiting)
            whole = held - held % rows
            yield from (joined[top : top + rows] for top in range(0, whole, rows))
            waiting, held = [joined[whole:].copy()], held - whole
    if held:
        yield np.concatenate(waiting)


def _parted(data: bytes) -> tuple[bytes, bytes]:
    """Everything up to the scan's first bit, and the scan."""
    for marker, start, length in _segments(data):
        if marker == _SOS:
            return data[: start + length], data[start + length : data.rindex(_EOI)]
    raise ValueError("the encoder wrote no scan")


def _with_height(head: bytes, height: int) -> bytes:
    for marker, start, _ in _segments(head):
        if marker in _FRAMES:
            place = start + 3
            return head[:place] + struct.pack(">H", height) + head[place + 2 :]
    raise ValueError("the encoder wrote no baseline frame")


def _segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Marker, where its length stands, and that length, up to the scan."""
    place, marker = len(_SOI), 0
    while marker != _SOS:
        marker = data[place + 1]
        (length,) = struct.unpack_from(">H", data, place + 2)
        yield marker, place + 2, length
        place += 2 + length
