"""Banks of measured things: the files of a folder, their pictures, and the digest that names them."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from degrade.foreign import ForeignFileError, read_foreign

MOST_BYTES = 2**28
"""Of one file of a bank, packed or not."""
_PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"


def bank_files(path: str, suffixes: Sequence[str], what: str) -> list[Path]:
    """The files of a bank: those of a folder by name, or the one file that the path is.

    suffixes: with the dot, lower case; other files of a folder are left alone. what: the bank's content in a
    word. Raises ValueError where nothing is found.
    """
    place, kinds = Path(path), ", ".join(suffixes)
    if place.is_dir():
        files = sorted(file for file in place.iterdir() if file.suffix.lower() in suffixes)
        if not files:
            raise ValueError(f"{what} bank {path!r}: no {what}s found; expected {kinds} files")
        return files
    if not place.is_file():
        raise ValueError(f"{what} file {path!r}: no such file; expected a folder or a file")
    if place.suffix.lower() not in suffixes:
        raise ValueError(f"{what} file {path!r}: expected one of {kinds}")
    return [place]


def read_bytes(file: Path) -> bytes:
    """A bank's file, at most `MOST_BYTES` of it. Raises ValueError."""
    try:
        return read_foreign(file, most=MOST_BYTES)
    except ForeignFileError as error:
        raise ValueError(str(error)) from error


def read_array(file: Path) -> npt.NDArray[Any]:
    """The array of a .npy file without pickles. Raises ValueError."""
    data = BytesIO(read_bytes(file))
    try:
        return np.asarray(np.lib.format.read_array(data, allow_pickle=False))
    except (
        Exception
    ) as error:  # its header is parsed as Python, and raises whatever its bytes lead to
        raise ValueError(f"{file}: no .npy file of numbers that can be read") from error


def read_picture(file: Path) -> npt.NDArray[Any] | None:
    """A PNG as it is stored, h w or h w c (red, green, blue, alpha); None where it is none.

    Raises ValueError for one that unfolds to more than `MOST_BYTES`.
    """
    data = read_bytes(file)
    if not data.startswith(_PNG) or len(data) < 29:
        return None  # OpenCV would take any of its formats for what is called .png
    width, height, depth = struct.unpack(">IIB", data[16:25])
    if 4 * width * height * max(1, depth // 8) > MOST_BYTES:
        raise ValueError(
            f"{file}: a picture of {width}x{height} pixels; expected at most {MOST_BYTES} bytes of them"
        )
    if not _holds_its_chunks(data):
        return None
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if image is None or image.ndim == 2:
        return image
    colour = cv2.COLOR_BGR2RGB if image.shape[2] == 3 else cv2.COLOR_BGRA2RGBA
    return cv2.cvtColor(image, colour)


def bank_digest(arrays: Sequence[npt.NDArray[Any]]) -> str:
    """SHA-256, in hexadecimal, of some arrays' shapes and values in order: what names a bank in a trace."""
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(np.array(array.shape, "<i8").tobytes())
        digest.update(np.ascontiguousarray(array, "<f8").tobytes())
    return digest.hexdigest()


def _holds_its_chunks(data: bytes) -> bool:
    """Whether no chunk says that it goes on behind the file: OpenCV makes room for it, up to 4 GB."""
    place = 8
    while place + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, place)
        place += length + 12
        if kind == b"IEND":
            break
    return place <= len(data)
