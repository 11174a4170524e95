"""Which image formats are read, and opening one without decoding it.

Pillow's classes are called directly rather than through `Image.open`: only these formats are ever tried
(whatever a file is called, no interpreter such as Ghostscript starts), the size bound is ours alone, and
Pillow's global settings stay as the caller left them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import BinaryIO, TypeVar

from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    Image,
    ImageFile,
    Jpeg2KImagePlugin,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from degrade.errors import DegradeError
from realsr.images.errors import SourceError
from realsr.images.pillow_stills import PillowStill, heif_still
from realsr.images.png_stills import png_still
from realsr.images.raster import Still
from realsr.images.stated import avif_bits, jpeg_2000_bits, scans_of
from realsr.images.tiff_stills import tiff_still

SUFFIXES = frozenset(
    {".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".bmp", ".tif", ".tiff", ".webp"}
    | {".avif", ".heic", ".heif", ".hif", ".jp2", ".j2k"}
)
"""Files with these suffixes, in any case, count as images."""

_PillowOpener = Callable[[BinaryIO], ImageFile.ImageFile]
_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_AVIF = frozenset({b"avif", b"avis"})
_HEIF = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_HEAD = 256
"""Bytes of a file that tell its kind."""
_Opened = TypeVar("_Opened")
_BY_SIGNATURE: dict[bytes, _PillowOpener] = {
    b"\x89PNG\r\n\x1a\n": PngImagePlugin.PngImageFile,
    # The plain JPEG class on purpose: of a phone's multi-picture JPEG it reads the photograph.
    b"\xff\xd8\xff": JpegImagePlugin.JpegImageFile,
    b"BM": BmpImagePlugin.BmpImageFile,
    **dict.fromkeys(_TIFF, TiffImagePlugin.TiffImageFile),
    b"\xff\x4f\xff\x51": Jpeg2KImagePlugin.Jpeg2KImageFile,
    b"\0\0\0\x0cjP  \r\n\x87\n": Jpeg2KImagePlugin.Jpeg2KImageFile,
}


def open_still(file: BinaryIO) -> Still:
    """The picture behind an open file with its header read and no pixel decoded.

    Raises SourceError (`not-an-image`, `damaged`, `too-large`, ...) for anything that is not a sound header of
    a form that is read; MissingExtraError for HEIC without its extra.
    """
    head = _head(file)
    if head.startswith(_TIFF):
        return _read(lambda: tiff_still(file, partial(open_header, file)))
    if _is_heif(head):
        return _read(lambda: heif_still(file))
    image = open_header(file)
    match image:
        case PngImagePlugin.PngImageFile():
            return _read(lambda: png_still(file, image))
        case AvifImagePlugin.AvifImageFile():
            return PillowStill(image, avif_bits(file))
        case Jpeg2KImagePlugin.Jpeg2KImageFile():
            return PillowStill(image, _read(lambda: jpeg_2000_bits(file)))
        case JpegImagePlugin.JpegImageFile():
            return PillowStill(image, scans=scans_of(file))
    return PillowStill(image)


def open_header(file: BinaryIO) -> ImageFile.ImageFile:
    """The same by Pillow, for the formats that it decodes."""
    opener = _opener(_head(file))
    return _read(lambda: opener(file))


def _opener(head: bytes) -> _PillowOpener:
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WebPImagePlugin.WebPImageFile
    if _brands(head) & _AVIF:
        return AvifImagePlugin.AvifImageFile
    for signature, opener in _BY_SIGNATURE.items():
        if head.startswith(signature):
            return opener
    raise SourceError(
        "not-an-image",
        "it is no PNG, JPEG, BMP, TIFF, WebP, AVIF, HEIC or JPEG 2000 file, whatever its name says",
    )


def _head(file: BinaryIO) -> bytes:
    file.seek(0)
    head = file.read(_HEAD)
    file.seek(0)
    return head


def _brands(head: bytes) -> frozenset[bytes]:
    """What a file of the MPEG family says it is compatible with; none for others."""
    if head[4:8] != b"ftyp":
        return frozenset()
    end = min(len(head), int.from_bytes(head[:4], "big"))
    return frozenset(head[place : place + 4] for place in (8, *range(16, end - 3, 4)))


def _is_heif(head: bytes) -> bool:
    brands = _brands(head)
    return bool(brands & _HEIF) and not brands & _AVIF


def _read(open_: Callable[[], _Opened]) -> _Opened:
    try:
        return open_()
    except DegradeError:
        raise
    except Image.DecompressionBombError as error:
        raise SourceError(
            "too-large",
            f"it is larger than Pillow takes in this format, whatever bound is set ({error})",
        ) from error
    except Exception as error:  # readers raise a dozen types for a bad header
        raise SourceError("damaged", f"its header cannot be read ({error})") from error
