"""EXIF: which way is up, and the block that an upright copy of a picture carries on."""

from __future__ import annotations

import struct
from typing import BinaryIO

from PIL import Image

from realsr.images.errors import SourceError

ORIENTATION = 0x0112
_PREFIX = b"Exif\0\0"
_SHORT, _BIG = 3, 43

_ABOUT = (0x010E, 0x010F, 0x0110, 0x011A, 0x011B, 0x0128, 0x0131, 0x0132, 0x013B, 0x8298)
"""Of a TIFF's own directory, what describes the photograph and not the file: description, make, model, both
resolutions and their unit, software, date, artist, copyright."""
_INNER = (0x8769, 0x8825)
"""The directories of the camera and of the place."""


def orientation_of(image: Image.Image) -> int:
    """1 to 8; 1 too where the file says nothing, or no such number. Raises SourceError for a broken block."""
    try:
        # The base class's own: that of a PNG would decode the pixels to look behind them.
        found = Image.Image.getexif(image).get(ORIENTATION, 1)
    except Exception as error:  # a broken EXIF block raises whatever its bytes lead to
        raise SourceError(
            "damaged", f"its EXIF block, which tells which way is up, is broken ({error})"
        ) from error
    return found if isinstance(found, int) and 1 <= found <= 8 else 1


def upright_block(image: Image.Image) -> bytes | None:
    """The file's block with its orientation made 1 and every other byte as it was; None where there is none."""
    block = image.info.get("exif")
    if not isinstance(block, bytes):
        return None
    block = block.removeprefix(_PREFIX)
    place = _place_of_orientation(block)
    if place is None:
        return block or None
    order = "<" if block[:2] == b"II" else ">"
    return block[:place] + struct.pack(f"{order}H", 1) + block[place + 2 :]


def block_of_tiff(file: BinaryIO) -> bytes | None:
    """What a TIFF's directory tells of the photograph, as a block of its own; None where that is nothing."""
    block = Image.Exif()
    try:
        found = _directory_of(file)
        for tag in _ABOUT:
            if tag in found:
                block[tag] = found[tag]
        for tag in _INNER:
            if inner := found.get_ifd(tag):
                block[tag] = inner
        return block.tobytes().removeprefix(_PREFIX) if len(block) else None
    except (
        Exception
    ):  # broken entries raise whatever their bytes lead to, and pixels need none of them
        return None


def _directory_of(file: BinaryIO) -> Image.Exif:
    file.seek(0)
    head, found = file.read(16), Image.Exif()
    found.endian = "<" if head[:2] == b"II" else ">"
    (version,) = struct.unpack_from(f"{found.endian}H", head, 2)
    found.bigtiff = version == _BIG
    (start,) = struct.unpack_from(f"{found.endian}{'8xQ' if found.bigtiff else '4xI'}", head)
    found.load_from_fp(file, start)
    return found


def _place_of_orientation(block: bytes) -> int | None:
    """Where the value's two bytes lie; None where the first directory holds no such entry."""
    order = {b"II": "<", b"MM": ">"}.get(block[:2])
    if order is None or len(block) < 10:
        return None
    (start,) = struct.unpack_from(f"{order}I", block, 4)
    if start + 2 > len(block):
        return None
    (count,) = struct.unpack_from(f"{order}H", block, start)
    for entry in range(start + 2, min(start + 2 + 12 * count, len(block) - 11), 12):
        tag, kind = struct.unpack_from(f"{order}HH", block, entry)
        if (tag, kind) == (ORIENTATION, _SHORT):
            return entry + 8
    return None
