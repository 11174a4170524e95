"""Colour profiles for the tests: matrices with a gamma, and a grey one (ICC.1:2001-04)."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from PIL import ImageCms

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
_D50 = (0.9642, 1.0, 0.8249)
ADOBE = ((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457))


def _xyz(values: Sequence[float]) -> bytes:
    return b"XYZ " + bytes(4) + struct.pack(">3i", *(round(value * 65536) for value in values))


def _gamma(value: float) -> bytes:
    return b"curv" + bytes(4) + struct.pack(">IH", 1, round(value * 256)) + bytes(2)


def _text(words: str) -> bytes:
    body = words.encode() + b"\0"
    return b"desc" + bytes(4) + struct.pack(">I", len(body)) + body + bytes(78)


def _profile(space: bytes, tags: dict[bytes, bytes]) -> bytes:
    start, table, data = 128 + 4 + 12 * len(tags), b"", b""
    for name, body in tags.items():
        padded = body + bytes(-len(body) % 4)
        table += struct.pack(">4sII", name, start + len(data), len(body))
        data += padded
    size = start + len(data)
    head = struct.pack(">I4sI4s4s4s", size, b"test", 0x02400000, b"mntr", space, b"XYZ ")
    head += bytes(12) + b"acsp" + bytes(28) + struct.pack(">3i", 63190, 65536, 54061)
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + data


def wide(gamma: float = 563 / 256, colorants: Sequence[Sequence[float]] = ADOBE) -> bytes:
    """Red, green and blue of Adobe RGB (1998), unless others are given."""
    tags = {b"desc": _text("Wide"), b"cprt": b"text" + bytes(8), b"wtpt": _xyz(_D50)}
    for name, colorant in zip((b"r", b"g", b"b"), colorants, strict=True):
        tags |= {name + b"XYZ": _xyz(colorant), name + b"TRC": _gamma(gamma)}
    return _profile(b"RGB ", tags)


def grey(gamma: float) -> bytes:
    tags = {b"desc": _text("Grey"), b"cprt": b"text" + bytes(8), b"wtpt": _xyz(_D50)}
    return _profile(b"GRAY", tags | {b"kTRC": _gamma(gamma)})
