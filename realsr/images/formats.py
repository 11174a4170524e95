"""Which image formats are read, and opening one without decoding it.

Pillow's classes are called directly rather than through `Image.open`: only these formats are ever tried
(whatever a file is called, no interpreter such as Ghostscript starts), the size bound is ours alone, and
Pillow's global settings stay as the caller left them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO

from PIL import (
    BmpImagePlugin,
    Image,
    ImageFile,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from realsr.images.errors import SourceError

SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp"})
"""Files with these suffixes, in any case, count as images."""

_SIGNATURES: tuple[tuple[bytes, Callable[[BinaryIO], ImageFile.ImageFile]], ...] = (
    (b"\x89PNG\r\n\x1a\n", PngImagePlugin.PngImageFile),
    # The plain JPEG class on purpose: of a phone's multi-picture JPEG it reads the photograph.
    (b"\xff\xd8\xff", JpegImagePlugin.JpegImageFile),
    (b"BM", BmpImagePlugin.BmpImageFile),
    (b"II*\0", TiffImagePlugin.TiffImageFile),
    (b"MM\0*", TiffImagePlugin.TiffImageFile),
    (b"II+\0", TiffImagePlugin.TiffImageFile),
    (b"MM\0+", TiffImagePlugin.TiffImageFile),
)
_WIDTH, _HEIGHT, _BITS_PER_SAMPLE = 256, 257, 258  # TIFF tags


def _opener(head: bytes) -> Callable[[BinaryIO], ImageFile.ImageFile]:
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WebPImagePlugin.WebPImageFile
    for signature, opener in _SIGNATURES:
        if head.startswith(signature):
            return opener
    raise SourceError(
        "not-an-image", "it is no PNG, JPEG, BMP, TIFF or WebP file, whatever its name says"
    )


def open_header(file: BinaryIO) -> ImageFile.ImageFile:
    """The image behind an open file with its header read and no pixel decoded.

    Raises SourceError (`not-an-image`, `damaged`, `too-large`) for anything that is not a sound header.
    """
    opener = _opener(file.read(16))
    file.seek(0)
    try:
        return opener(file)
    except Image.DecompressionBombError as error:
        raise SourceError(
            "too-large",
            f"it is larger than Pillow takes in this format, whatever --max-pixels says ({error})",
        ) from error
    except Exception as error:  # Pillow's readers raise a dozen types for a bad header
        raise SourceError("damaged", f"its header cannot be read ({error})") from error


def bits_per_channel(image: ImageFile.ImageFile, file: BinaryIO) -> int:
    """The bits of one channel as the file stores them; Pillow itself reduces 16-bit colour without a word."""
    if isinstance(image, PngImagePlugin.PngImageFile):
        position = file.tell()
        file.seek(24)
        depth = file.read(1)[0]
        file.seek(position)
        return depth
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        bits = image.tag_v2.get(_BITS_PER_SAMPLE, (1,))
        return int(max(bits)) if isinstance(bits, tuple) else int(bits)
    return 16 if image.mode.startswith("I;16") else 8


def stored_size(image: ImageFile.ImageFile) -> tuple[int, int]:
    """Width and height as stored; of a TIFF, some versions of Pillow give the turned ones."""
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        return image.tag_v2[_WIDTH], image.tag_v2[_HEIGHT]
    return image.size
