"""TIFF files of every form, written by the standard alone (TIFF 6.0; BigTIFF), as far as it goes without LZW."""

from __future__ import annotations

import lzma
import struct
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from tests.images.pngs import packed

WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, PALETTE, CMYK, YCBCR, LAB = 0, 1, 2, 3, 5, 6, 8
UNSPECIFIED, ASSOCIATED, STRAIGHT = 0, 1, 2
COLOURS = {WHITE_IS_ZERO: 1, BLACK_IS_ZERO: 1, RGB: 3}
"""Samples a pixel that are no extra ones."""
SIZE = (9, 19)
"""Of a made picture."""
_SHORT, _LONG, _LONG8 = 3, 4, 16
_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def _packbits(data: bytes) -> bytes:
    """Literal runs alone, which the code allows."""
    runs = (data[start : start + 128] for start in range(0, len(data), 128))
    return b"".join(bytes([len(run) - 1]) + run for run in runs)


def _lzw(data: bytes) -> bytes:
    """The code table cleared before it grows beyond 9 bits, so that every code has 9."""
    codes = []
    for start in range(0, len(data), 200):
        codes += [256, *data[start : start + 200]]
    return packed(np.array([*codes, 257]), 9, ">")


CODES: Mapping[int, Callable[[bytes], bytes]] = {
    1: bytes,
    5: _lzw,
    8: zlib.compress,
    32946: zlib.compress,
    32773: _packbits,
    34925: lzma.compress,
}


@dataclass(frozen=True)
class Form:
    """How a picture is laid down. side: of tiles, None for strips of `rows`. kinds: of the extra samples."""

    photometric: int
    bits: int
    order: str = "<"
    planar: bool = False
    compression: int = 1
    predictor: int = 1
    side: int | None = None
    rows: int = 4
    kinds: Sequence[int] = ()
    reversed_bits: bool = False
    big: bool = False
    more: Mapping[int, Sequence[int]] = field(default_factory=dict)

    def written(self, numbers: np.ndarray) -> bytes:
        """`h w samples` numbers of `bits` bits as a file."""
        parts = [self._coded(part) for part in self._parts(numbers)]
        return _file(self._tags(numbers, parts), parts, self.order, big=self.big)

    def with_(self, **changes: object) -> Form:
        return replace(self, **changes)  # type: ignore[arg-type]

    def _parts(self, numbers: np.ndarray) -> list[np.ndarray]:
        planes = np.split(numbers, numbers.shape[2], axis=2) if self.planar else [numbers]
        height, width = numbers.shape[:2]
        if self.side is None:
            return [
                plane[y : y + self.rows] for plane in planes for y in range(0, height, self.rows)
            ]
        side = self.side
        starts = [(y, x) for y in range(0, height, side) for x in range(0, width, side)]
        return [_tile(plane, y, x, side) for plane in planes for y, x in starts]

    def _coded(self, part: np.ndarray) -> bytes:
        if self.predictor == 2:
            part = np.diff(part, axis=1, prepend=0) % 2**self.bits
        rows = b"".join(packed(row.reshape(-1), self.bits, self.order) for row in part)
        coded = CODES[self.compression](rows)
        return coded.translate(_REVERSED) if self.reversed_bits else coded

    def _tags(self, numbers: np.ndarray, parts: Sequence[bytes]) -> dict[int, Sequence[int]]:
        height, width, samples = numbers.shape
        tags: dict[int, Sequence[int]] = {
            256: [width],
            257: [height],
            258: [self.bits] * samples,
            259: [self.compression],
            262: [self.photometric],
            277: [samples],
            284: [2 if self.planar else 1],
        }
        sizes = [len(part) for part in parts]
        if self.side is None:
            tags |= {273: [0] * len(parts), 278: [self.rows], 279: sizes}
        else:
            tags |= {322: [self.side], 323: [self.side], 324: [0] * len(parts), 325: sizes}
        if self.predictor != 1:
            tags[317] = [self.predictor]
        if self.kinds:
            tags[338] = list(self.kinds)
        if self.reversed_bits:
            tags[266] = [2]
        return tags | {tag: list(values) for tag, values in self.more.items()}


def _tile(plane: np.ndarray, y: int, x: int, side: int) -> np.ndarray:
    tile = np.zeros((side, side, plane.shape[2]), plane.dtype)
    part = plane[y : y + side, x : x + side]
    tile[: part.shape[0], : part.shape[1]] = part
    return tile


def _file(
    tags: dict[int, Sequence[int]], parts: Sequence[bytes], order: str, *, big: bool
) -> bytes:
    """Header, directory, lists and data; offsets of the parts are filled in."""
    number, count, kind = ("Q", "Q", _LONG8) if big else ("I", "H", _LONG)
    room, entry = (8, 20) if big else (4, 12)
    start = (16 if big else 8) + struct.calcsize(f"{order}{count}") + entry * len(tags) + room
    lists = {tag: _list(tag, values, order, kind) for tag, values in tags.items()}
    long = [tag for tag in sorted(tags) if len(lists[tag][1]) > room]
    data = start + sum(len(lists[tag][1]) for tag in long)
    offsets = 273 if 273 in tags else 324
    tags[offsets] = [data + sum(map(len, parts[:at])) for at in range(len(parts))]
    lists[offsets] = _list(offsets, tags[offsets], order, kind)
    entries, behind = b"", b""
    for tag in sorted(tags):
        form, body = lists[tag]
        entries += struct.pack(f"{order}HH{number}", tag, form, len(tags[tag]))
        if tag in long:
            entries += struct.pack(f"{order}{number}", start + len(behind))
            behind += body
        else:
            entries += body.ljust(room, b"\0")
    mark = b"II" if order == "<" else b"MM"
    head = mark + (
        struct.pack(f"{order}HHHQ", 43, 8, 0, 16) if big else struct.pack(f"{order}HI", 42, 8)
    )
    counted = struct.pack(f"{order}{count}", len(tags))
    return b"".join([head, counted, entries, bytes(room), behind, *parts])


def _list(tag: int, values: Sequence[int], order: str, long: int) -> tuple[int, bytes]:
    if tag in (273, 324, 279, 325):
        return long, struct.pack(f"{order}{len(values)}{'Q' if long == _LONG8 else 'I'}", *values)
    if max(values) < 2**16:
        return _SHORT, struct.pack(f"{order}{len(values)}H", *values)
    return _LONG, struct.pack(f"{order}{len(values)}I", *values)


REFUSED = {
    "signed": (Form(1, 8, more={339: [2]}), 1, "its values are signed"),
    "signed 16": (Form(2, 16, more={339: [2, 2, 2]}), 3, "its values are signed"),
    "half": (Form(1, 16, more={339: [3]}), 1, "its values are floating-point"),
    "32": (Form(1, 32), 1, "more than 16 bits"),
    "64": (Form(2, 64), 3, "more than 16 bits"),
    "CMYK": (Form(CMYK, 8), 4, "stored as CMYK"),
    "CMYK 16": (Form(CMYK, 16, planar=True), 4, "stored as CMYK"),
    "LAB": (Form(LAB, 8), 3, "stored as LAB"),
    "YCbCr": (Form(YCBCR, 8), 3, "stored as YCbCr"),
    "mosaic": (Form(32803, 16), 1, "sensor's mosaic"),
    "bands": (Form(1, 8, kinds=(0, 0)), 3, "3 channels"),
    "mixed": (Form(2, 8, more={258: [8, 8, 16]}), 3, "differ in their form"),
    "compression": (Form(2, 8, more={259: [34712]}), 3, "compression is number 34712"),
    "predictor": (Form(2, 16, compression=8, more={317: [3]}), 3, "predictor 3"),
    "no size": (Form(1, 8, more={256: [0]}), 1, "0"),
    "few strips": (Form(1, 8, more={278: [1]}), 1, "strips"),
    "layers": (Form(1, 8, more={32997: [3]}), 1, "3 pictures"),
}
"""Forms that are not read, with their samples a pixel and words of the refusal."""
