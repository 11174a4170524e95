"""The numbers of a TIFF as they are stored: strips or tiles, decompressed, unpacked and laid side by side."""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence
from itertools import accumulate
from typing import BinaryIO, cast

import numpy as np
from PIL import TiffImagePlugin

from realsr.images.errors import SourceError
from realsr.images.raster import Bytes, Pixels
from realsr.images.tiff_layout import FAX, UNCOMPRESSED, Coding, Layout

LIBTIFFS = frozenset({*FAX, 5, 8, 32773, 32946, 34925, 50000})
"""Compressions that libtiff undoes for us: fax, LZW, deflate (two codes), PackBits, LZMA, Zstandard."""
_DIFFERING = frozenset({5, 8, 32946, 34925, 50000})
"""Those in front of which a predictor may stand."""
_HORIZONTAL = 2
_REVERSED = np.packbits(np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1)[:, ::-1])
_BLOCK = 2**22
"""Values that are unpacked at once where one takes a byte for each of its bits."""


def samples_of(file: BinaryIO, layout: Layout) -> Pixels:
    """`h w samples` with values 0 .. 2^bits - 1: uint8 up to 8 bits, else uint16. Raises SourceError."""
    _check(layout)
    height, width = layout.header.size
    segments = layout.segments
    each = 1 if segments.separate else layout.samples
    kind = np.uint8 if layout.bits <= 8 else np.uint16
    result = np.empty((height, width, layout.samples), kind)
    down, across = -(-height // segments.rows), -(-width // segments.columns)
    for plane in range(layout.samples if segments.separate else 1):
        first = plane * down * across
        heights = _heights(layout, down, across)
        raster = _raster(file, layout, range(first, first + down * across), heights)
        part = result[..., plane : plane + 1] if segments.separate else result
        top = 0
        for number, rows in enumerate(heights):
            block = _values(raster[top : top + rows], layout, each)
            top += rows
            y, x = number // across * segments.rows, number % across * segments.columns
            target = part[y : y + segments.rows, x : x + segments.columns]
            target[:] = block[: target.shape[0], : target.shape[1]]
    return result


def _check(layout: Layout) -> None:
    """Sound segments, none much larger than the picture."""
    height, width = layout.header.size
    segments = layout.segments
    if min(height, width, segments.rows, segments.columns) < 1:
        raise SourceError("damaged", "its header says that it or its strips have no pixels")
    down, across = -(-height // segments.rows), -(-width // segments.columns)
    count = down * across * (layout.samples if segments.separate else 1)
    if min(len(segments.offsets), len(segments.counts) or count) < count:
        raise SourceError(
            "damaged", f"its header names {len(segments.offsets)} strips or tiles of {count}"
        )
    if down * across * segments.rows * segments.columns > 4 * height * width + _BLOCK:
        raise SourceError("damaged", "its tiles are far larger than the picture")


def _heights(layout: Layout, down: int, across: int) -> list[int]:
    """Rows of each segment: the last strip may be shorter, tiles are whole."""
    rows = layout.segments.rows
    if layout.segments.tiled:
        return [rows] * (down * across)
    return [min(rows, layout.header.size.height - start * rows) for start in range(down)]


def _raster(
    file: BinaryIO, layout: Layout, numbers: Sequence[int], heights: Sequence[int]
) -> Bytes:
    """The decompressed bytes of segments under one another, a row of each in a row; fax: a pixel a byte."""
    segments, coding = layout.segments, layout.coding
    each = 1 if segments.separate else layout.samples
    row = -(-segments.columns * each * layout.bits // 8)
    if coding.compression == UNCOMPRESSED:
        parts = [
            _read(file, segments.offsets[number], rows * row)
            for number, rows in zip(numbers, heights, strict=True)
        ]
        found = np.frombuffer(b"".join(parts), np.uint8).reshape(-1, row)
        return _REVERSED[found] if coding.reversed_bits else found
    parts = [_read(file, segments.offsets[at], segments.counts[at]) for at in numbers]
    is_fax = coding.compression in FAX
    stand_in = _as_grey(parts, sum(heights), segments.columns if is_fax else row, layout)
    image = TiffImagePlugin.TiffImageFile(io.BytesIO(stand_in))
    image.load()
    return np.asarray(image, np.uint8)


def _read(file: BinaryIO, offset: int, length: int) -> bytes:
    file.seek(offset)
    found = file.read(length)
    if len(found) < length or not length:
        raise SourceError("truncated", "it ends in the middle of the picture (truncated)")
    return found


def _as_grey(parts: Sequence[bytes], height: int, width: int, layout: Layout) -> bytes:
    """A TIFF that holds compressed segments as the strips of a plain grey picture of 8 bits, or of 1 (fax)."""
    coding = layout.coding
    bits = 1 if coding.compression in FAX else 8
    tags: dict[int, Sequence[int]] = {
        256: [width],
        257: [height],
        258: [bits],
        259: [coding.compression],
        262: [1],
        266: [2 if coding.reversed_bits else 1],
        273: [0] * len(parts),
        277: [1],
        278: [layout.segments.rows],
        279: [len(part) for part in parts],
        **{tag: [value] for tag, value in coding.options.items()},
    }
    start = 8 + 2 + 12 * len(tags) + 4
    data = start + sum(4 * len(values) for values in tags.values() if len(values) > 1)
    tags[273] = list(accumulate(tags[279][:-1], initial=data))
    return b"".join([_directory(tags, start), *parts])


def _directory(tags: dict[int, Sequence[int]], behind: int) -> bytes:
    """Header, entries (each of 32-bit numbers), and the lists that fit in no entry, from `behind` on."""
    entries, lists = [], []
    for tag, values in sorted(tags.items()):
        packed = struct.pack(f"<{len(values)}I", *values)
        place = packed
        if len(values) > 1:
            place = struct.pack("<I", behind)
            behind += len(packed)
            lists.append(packed)
        entries.append(struct.pack("<HHI", tag, 4, len(values)) + place)
    head = b"II*\0" + struct.pack("<IH", 8, len(entries))
    return b"".join([head, *entries, bytes(4), *lists])


def _values(rows: Bytes, layout: Layout, each: int) -> Pixels:
    """Rows of bytes -> rows x columns x samples, the predictor undone."""
    columns, coding = layout.segments.columns, layout.coding
    if coding.compression in FAX:
        return rows.reshape(len(rows), columns, 1)
    values = _unpacked(rows, columns * each, layout.bits, coding)
    block = values.reshape(len(rows), columns, each)
    if coding.predictor == _HORIZONTAL and coding.compression in _DIFFERING:
        return cast("Pixels", np.cumsum(block, axis=1, dtype=block.dtype))
    return block


def _unpacked(rows: Bytes, count: int, bits: int, coding: Coding) -> Pixels:
    """The first `count` values of each row, high bits first where they share bytes."""
    if bits == 8:
        return rows[:, :count]
    if bits == 16:
        order = ">u2" if coding.big_endian else "<u2"
        return np.ascontiguousarray(rows).view(order)[:, :count].astype(np.uint16)
    result = np.empty((len(rows), count), np.uint16)
    weights = (1 << np.arange(bits - 1, -1, -1)).astype(np.uint16)
    step = max(1, _BLOCK // (count * bits))
    for top in range(0, len(rows), step):
        spread = np.unpackbits(rows[top : top + step], axis=1)[:, : count * bits]
        result[top : top + step] = spread.reshape(-1, count, bits) @ weights
    return result.astype(np.uint8) if bits < 8 else result
