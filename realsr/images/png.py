"""PNG as fast as a disk takes it: one filter for all rows, and ISA-L's deflate.

The usual writers try five filters a row or search long for matches. On photographs the average filter with
ISA-L's level 1 is about five times as fast as OpenCV's level 3, and its files are 7 % larger (3 to 13 %);
of noisier pictures they are a little smaller (`python -m benchmarks.disk`).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt
from isal import isal_zlib

from realsr.images.raster import Bytes, Kept, Pixels, Words

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_COLOUR_TYPES = {1: 0, 2: 4, 3: 2, 4: 6}
_AVERAGE = 3
_LEVEL = 1
_FILTERED = 2**23
"""Bytes of a strip that are filtered at once, which takes some copies of them."""


def encode_png(image: Bytes | Words) -> bytes:
    """`h w c`, uint8 or uint16, as a PNG file's bytes (ISO/IEC 15948): grey (c = 1) or RGB (3), each with
    alpha (2, 4) or without.
    """
    body = isal_zlib.compress(_filtered(_as_bytes(image)), _LEVEL)
    return b"".join(
        [_beginning(image.shape, image.itemsize), _chunk(b"IDAT", body), _chunk(b"IEND", b"")]
    )


def png_of_strips(
    size: tuple[int, int],
    strips: Iterable[Pixels],
    kept: Kept = Kept(),  # noqa: B008  frozen
) -> Iterator[bytes]:
    """The parts of a PNG file whose rows come strip by strip. size: height and width of the whole."""
    coder, above = isal_zlib.compressobj(_LEVEL), None
    for strip in strips:
        if above is None:
            shape = (*size, strip.shape[2])
            yield _beginning(shape, strip.itemsize)
            yield from (_chunk(kind, data) for kind, data in _kept_chunks(kept))
        step = max(1, _FILTERED // strip[0].nbytes)
        for top in range(0, len(strip), step):
            data = _as_bytes(strip[top : top + step])
            body = coder.compress(_filtered(data, above))
            above = data[-1].copy()
            if body:
                yield _chunk(b"IDAT", body)
    yield _chunk(b"IDAT", coder.flush()) + _chunk(b"IEND", b"")


def _beginning(shape: tuple[int, ...], itemsize: int) -> bytes:
    height, width, channels = shape
    colour = _COLOUR_TYPES[channels]
    header = struct.pack(">IIBBBBB", width, height, 8 * itemsize, colour, 0, 0, 0)
    return _SIGNATURE + _chunk(b"IHDR", header)


def _kept_chunks(kept: Kept) -> Iterator[tuple[bytes, bytes]]:
    if kept.icc is not None:
        yield b"iCCP", b"profile\0\0" + zlib.compress(kept.icc)
    # A profile and sRGB exclude one another.
    yield from ((kind, data) for kind, data in kept.png if not (kind == b"sRGB" and kept.icc))
    if kept.exif is not None:
        yield b"eXIf", kept.exif


def _as_bytes(image: Pixels) -> Bytes:
    """The bytes of every pixel, the high one of a word first: `h w itemsize*c`."""
    ordered = np.ascontiguousarray(image, dtype=image.dtype.newbyteorder(">"))
    return ordered.view(np.uint8).reshape(*image.shape[:2], -1)


def _filtered(image: Bytes, above: Bytes | None = None) -> npt.NDArray[np.uint8]:
    """Each byte less the mean of its left and upper neighbours, each row behind its filter's number. above: the
    row before the first, `w c`.
    """
    height, width, channels = image.shape
    framed = np.zeros((1 + height, channels + width * channels), dtype=np.uint8)
    rows, left, up = framed[1:, channels:], framed[1:, :-channels], framed[:-1, channels:]
    rows[:] = image.reshape(height, width * channels)
    if above is not None:
        framed[0, channels:] = above.reshape(-1)
    # The mean rounded down without a ninth bit: what both have, and half of what one has.
    mean: Bytes = np.bitwise_xor(left, up)
    mean >>= 1
    mean += left & up
    out = np.empty((height, 1 + width * channels), dtype=np.uint8)
    out[:, 0] = _AVERAGE
    np.subtract(rows, mean, out=out[:, 1:])
    return out


def _chunk(kind: bytes, data: bytes) -> bytes:
    check = zlib.crc32(data, zlib.crc32(kind))
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)
