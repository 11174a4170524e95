"""Reading a source: what is taken, what is refused, and in which words.

In: a file in 8 bits a channel. Out: `h w c` uint8, c = 1 (grey) or 3 (RGB), upright. Colour profiles are not
applied: the stored values are the values.
"""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFile
from PIL.PngImagePlugin import PngImageFile

from degrade.geometry import Size
from realsr.images.errors import SourceError
from realsr.images.formats import bits_per_channel, open_header, stored_size

Bytes = npt.NDArray[np.uint8]
Alpha = Literal["refuse", "drop", "white", "black"]

MAX_PIXELS = 2**28
"""Default bound of a source's height x width, checked before decoding."""

GREY = ("1", "L", "LA")
_COLOUR = ("RGB", "RGBA", "P", "PA")
_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SIDEWAYS = (5, 6, 7, 8)


@dataclass(frozen=True)
class Reading:
    """How sources are read: what real transparency becomes, and how many pixels are decoded at most."""

    alpha: Alpha = "refuse"
    max_pixels: int = MAX_PIXELS


@dataclass(frozen=True)
class OpenSource:
    """A source whose header is acceptable; its pixels, a PNG's excepted, are decoded on demand."""

    file: BufferedReader
    image: ImageFile.ImageFile
    size: Size
    reading: Reading

    def pixels(self) -> Bytes:
        """Decoded, upright, grey or RGB: `h w c` uint8. Raises SourceError."""
        with as_damage():
            return _flattened(decoded(self.image), self.reading.alpha)

    def digest(self) -> str:
        """SHA-256 of the file's bytes, in hexadecimal."""
        self.file.seek(0)
        return hashlib.file_digest(self.file, "sha256").hexdigest()


@contextmanager
def opened(
    path: Path, reading: Reading, file: BufferedReader | None = None
) -> Iterator[OpenSource]:
    """The source at `path`, past every check of its header. Raises SourceError with its path.

    file: its bytes where they are no file of their own; closed at the end.
    """
    with opened_header(path, reading.max_pixels, file) as (stream, image):
        _check_kind(image, stream)
        yield OpenSource(stream, image, _upright_size(image), reading)


@contextmanager
def opened_header(
    path: Path, max_pixels: int, file: BufferedReader | None = None
) -> Iterator[tuple[BufferedReader, ImageFile.ImageFile]]:
    """A still picture of bounded size at `path`, of any depth and colours. Raises SourceError with its path."""
    try:
        with file or _open_file(path) as stream:
            image = open_header(stream)
            _check_size(image, max_pixels)
            _check_still(image)
            yield stream, image
    except SourceError as error:
        error.path = path
        raise


def decoded(image: ImageFile.ImageFile) -> Image.Image:
    """The pixels, upright. Raises SourceError."""
    _decode(image)
    # Asked only now: a TIFF is turned by its decoder, which then forgets the orientation.
    turn = _TURNS.get(orientation(image))
    with as_damage():
        return image if turn is None else image.transpose(turn)


def _open_file(path: Path) -> BufferedReader:
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise SourceError("directory", "it is a directory with the name of an image")
        if not stat.S_ISREG(status.st_mode):
            raise SourceError("unreadable", "it is no regular file")
        if status.st_size == 0:
            raise SourceError("empty", "the file is empty (0 bytes)")
        return path.open("rb")
    except FileNotFoundError as error:
        if path.is_symlink():
            raise SourceError("broken-link", "it is a broken link") from error
        raise SourceError("vanished", "the file is no longer there") from error
    except PermissionError as error:
        raise SourceError("unreadable", "there is no permission to read it") from error
    except OSError as error:
        raise SourceError("unreadable", f"it cannot be read ({error.strerror})") from error


def _check_size(image: ImageFile.ImageFile, max_pixels: int) -> None:
    width, height = stored_size(image)
    if width * height > max_pixels:
        raise SourceError(
            "too-large",
            f"its header says {height} x {width} = {height * width} pixels and at most {max_pixels} are "
            "decoded (--max-pixels)",
        )


def _check_still(image: ImageFile.ImageFile) -> None:
    frames = _frames(image)
    if frames > 1:
        raise SourceError("animated", f"it holds {frames} pictures; a source is one still picture")


def _check_kind(image: ImageFile.ImageFile, file: BufferedReader) -> None:
    mode = image.mode
    if mode in ("I", "F") or mode.startswith("I;16") or bits_per_channel(image, file) > 8:
        raise SourceError(
            "deep",
            "it has more than 8 bits a channel, which the 8-bit PNG files of a pairs folder would lose; "
            "convert it to 8 bits first",
        )
    check_colours(image)


def check_colours(image: ImageFile.ImageFile) -> None:
    """Raises SourceError for colours that are neither grey nor RGB."""
    if image.mode not in GREY + _COLOUR:
        raise SourceError(
            "colour-mode", f"its colours are stored as {image.mode}; convert it to RGB first"
        )


def _frames(image: ImageFile.ImageFile) -> int:
    try:
        return int(getattr(image, "n_frames", 1))
    except Exception as error:  # a TIFF is walked through to count
        raise SourceError("damaged", f"its list of pictures is broken ({error})") from error


def _upright_size(image: ImageFile.ImageFile) -> Size:
    if isinstance(image, PngImageFile):
        _decode(image)  # a PNG's EXIF may stand behind the pixels
    width, height = stored_size(image)
    return Size(width, height) if orientation(image) in _SIDEWAYS else Size(height, width)


def orientation(image: ImageFile.ImageFile) -> int:
    """Of EXIF, 1 to 8; 1 too where the file says nothing, or no such number."""
    try:
        orientation = image.getexif().get(_ORIENTATION, 1)
    except Exception as error:  # a broken EXIF block raises whatever its bytes lead to
        raise SourceError(
            "damaged", f"its EXIF block, which tells which way is up, is broken ({error})"
        ) from error
    return orientation if isinstance(orientation, int) and orientation in _TURNS else 1


def _decode(image: ImageFile.ImageFile) -> None:
    with as_damage():
        image.load()


@contextmanager
def as_damage() -> Iterator[None]:
    """Turns whatever bad data leads to into a SourceError: decoders raise a dozen types."""
    try:
        yield
    except SourceError:
        raise
    except Exception as error:
        raise _damaged(error) from error


def _damaged(error: Exception) -> SourceError:
    text = str(error)
    if isinstance(error, MemoryError):
        return SourceError("too-large", "there is not enough memory to decode it")
    if "truncated" in text or isinstance(error, EOFError):
        return SourceError("truncated", "it ends in the middle of the picture (truncated)")
    return SourceError("damaged", f"its pixels cannot be decoded ({text})")


def channels_of(image: Image.Image) -> Bytes:
    """`h w c` uint8 of a picture in 8 bits: grey, grey and alpha, RGB or RGBA (c = 1 to 4)."""
    grey = image.mode in GREY
    if has_alpha(image):
        return np.array(image.convert("LA" if grey else "RGBA"))
    pixels = np.array(image.convert("L" if grey else "RGB"))  # a copy of our own, for torch to wrap
    return pixels[..., None] if grey else pixels


def has_alpha(image: Image.Image) -> bool:
    """Whether a picture says how opaque its pixels are."""
    return image.mode in ("LA", "PA", "RGBA") or "transparency" in image.info


def _flattened(image: Image.Image, alpha: Alpha) -> Bytes:
    pixels = channels_of(image)
    return _without_alpha(pixels, alpha) if has_alpha(image) else pixels


def _without_alpha(pixels: Bytes, alpha: Alpha) -> Bytes:
    colour, opacity = pixels[..., :-1], pixels[..., -1:]
    if alpha == "drop" or bool((opacity == 255).all()):
        return np.ascontiguousarray(colour)
    if alpha == "refuse":
        raise SourceError(
            "transparent",
            "it has transparent pixels; say what they become with --alpha drop, white or black",
        )
    ground = 255 if alpha == "white" else 0
    share = opacity.astype(np.uint32)
    mixed = colour * share + ground * (255 - share)
    return ((mixed + 127) // 255).astype(np.uint8)
