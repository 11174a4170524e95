"""The formats that results are saved as: what each holds, and its parts written one after another."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
from PIL import Image

from realsr.files.errors import RequestError
from realsr.images.errors import SourceError
from realsr.images.png import png_of_strips
from realsr.images.raster import Bytes, Kept, Pixels
from realsr.inference.jpeg_strips import jpeg_of_strips
from realsr.inference.memory import available

SaveAs = Literal["png", "jpeg", "webp", "avif"]

_NOTHING = Kept()
_COARSE = 90
"""Quality below which a JPEG's chroma is halved in both directions."""
_COPIES = 5
"""Bytes of memory that a codec of whole pictures takes for each byte of the picture, with the picture."""


@dataclass(frozen=True)
class Format:
    """suffix: of its files. side, pixels: the most that it holds, None where that is beyond any picture.
    quality: unless told, None where there is none. deep, alpha: whether it holds 16 bits, transparency.
    """

    name: SaveAs
    suffix: str
    side: int | None
    pixels: int | None
    quality: int | None
    deep: bool
    alpha: bool
    parts: Callable[[SavedResult], Iterator[bytes]]


@dataclass(frozen=True)
class SavedResult:
    """A picture to be written. size: height and width. strips: its rows, top to bottom."""

    size: tuple[int, int]
    strips: Iterable[Pixels]
    kept: Kept
    quality: int


@dataclass(frozen=True)
class Saving:
    """What results become. quality: 1 to 100, None for the format's own."""

    save_as: SaveAs = "png"
    quality: int | None = None

    def __post_init__(self) -> None:
        if self.quality is not None and self.format.quality is None:
            raise RequestError(
                f"--quality {self.quality}: {self.save_as} loses nothing and has no quality; leave it out, or "
                "say --save-as jpeg, webp or avif"
            )

    @property
    def format(self) -> Format:
        return FORMATS[self.save_as]

    @property
    def level(self) -> int:
        """The quality that counts; 100 where nothing is lost."""
        return self.quality or self.format.quality or 100

    def check(self, size: tuple[int, int], pixels: Pixels, kept: Kept = _NOTHING) -> None:
        """Raises SourceError where the format cannot hold a result of this size made of these pixels."""
        _check_size(self.format, *size)
        _check_content(self.format, pixels, kept)
        _check_memory(self.format, size[0] * size[1] * pixels.shape[2])

    def parts(self, result: SavedResult) -> Iterator[bytes]:
        """The file, part by part."""
        return self.format.parts(result)


def _check_size(form: Format, height: int, width: int) -> None:
    if form.side is not None and max(height, width) > form.side:
        raise SourceError(
            "too-large",
            f"its result has {height} x {width} (height x width) pixels and {form.name} holds {form.side} a "
            "side; say --save-as png",
        )
    if form.pixels is not None and height * width > form.pixels:
        raise SourceError(
            "too-large",
            f"its result has {height * width} pixels and readers of {form.name} take {form.pixels}; say "
            "--save-as png",
        )


def _check_content(form: Format, pixels: Pixels, kept: Kept) -> None:
    opaque = pixels.shape[2] in (1, 3) or (pixels[..., -1] == np.iinfo(pixels.dtype).max).all()
    if not form.alpha and not opaque:
        raise SourceError(
            "transparent",
            f"it has transparent pixels, which {form.name} does not hold; say --save-as png, webp or avif",
        )
    if form.name in _WHOLE and kept.icc is not None and kept.icc[16:20] == b"GRAY":
        raise SourceError(
            "profile",
            f"its colour profile is of grey, and {form.name} holds it as red, green and blue; say --save-as "
            "png or jpeg",
        )


def _check_memory(form: Format, size: int) -> None:
    free = available()
    if form.name in _WHOLE and free is not None and _COPIES * size > free:
        raise SourceError(
            "too-large",
            f"its result as {form.name} takes about {_COPIES * size / 1e9:.1f} GB of memory where "
            f"{free / 1e9:.1f} are free; png and jpeg are written strip by strip (--save-as png)",
        )


def _png(result: SavedResult) -> Iterator[bytes]:
    return png_of_strips(result.size, result.strips, result.kept)


def _jpeg(result: SavedResult) -> Iterator[bytes]:
    coarse = result.quality < _COARSE

    def encode(strip: Bytes, first: bool) -> bytes:
        more = _described(result.kept) if first else {}
        options: dict[str, Any] = {"subsampling": 2 if coarse else 0, "restart_marker_rows": 1}
        return _by_pillow(_opaque(strip), "JPEG", result.quality, options | more)

    strips = (_eight_bits(strip) for strip in result.strips)
    first = next(strips)
    halved = coarse and first.shape[2] >= 3
    return jpeg_of_strips(result.size[0], _again(first, strips), 16 if halved else 8, encode)


def _again(first: Bytes, rest: Iterable[Bytes]) -> Iterator[Bytes]:
    yield first
    yield from rest


def _webp(result: SavedResult) -> Iterator[bytes]:
    """Lossless at quality 100."""
    options: dict[str, Any] = {"lossless": result.quality == 100, "exact": True}
    yield _by_pillow(_whole(result), "WEBP", result.quality, options | _described(result.kept))


def _avif(result: SavedResult) -> Iterator[bytes]:
    options: dict[str, Any] = {"subsampling": "4:2:0" if result.quality < _COARSE else "4:4:4"}
    yield _by_pillow(_whole(result), "AVIF", result.quality, options | _described(result.kept))


def _whole(result: SavedResult) -> Bytes:
    pixels: Bytes | None = None
    top = 0
    for strip in result.strips:
        part = _eight_bits(strip)
        if pixels is None:
            pixels = np.empty((*result.size, part.shape[2]), np.uint8)
        pixels[top : top + len(part)] = part
        top += len(part)
    if pixels is None:
        raise ValueError("a picture without rows")
    return pixels


def _eight_bits(pixels: Pixels) -> Bytes:
    """16 bits on 8, rounded to nearest."""
    if pixels.dtype == np.uint8:
        return pixels.astype(np.uint8, copy=False)
    return ((pixels.astype(np.uint32) + 128) // 257).astype(np.uint8)


def _opaque(pixels: Bytes) -> Bytes:
    return pixels if pixels.shape[2] in (1, 3) else pixels[..., :-1]


def _described(kept: Kept) -> dict[str, bytes]:
    found = {"icc_profile": kept.icc, "exif": kept.exif and b"Exif\0\0" + kept.exif}
    return {name: value for name, value in found.items() if value}


def _by_pillow(pixels: Bytes, name: str, quality: int, options: dict[str, Any]) -> bytes:
    image = Image.fromarray(
        np.ascontiguousarray(pixels.squeeze(2) if pixels.shape[2] == 1 else pixels)
    )
    store = io.BytesIO()
    image.save(store, name, quality=quality, **options)
    return store.getvalue()


_WHOLE = ("webp", "avif")
FORMATS: MappingProxyType[SaveAs, Format] = MappingProxyType(
    {
        form.name: form
        for form in (
            Format("png", ".png", None, None, None, deep=True, alpha=True, parts=_png),
            Format("jpeg", ".jpg", 65_500, None, 95, deep=False, alpha=False, parts=_jpeg),
            Format("webp", ".webp", 16_383, None, 90, deep=False, alpha=True, parts=_webp),
            Format("avif", ".avif", 32_768, 2**28, 80, deep=False, alpha=True, parts=_avif),
        )
    }
)
"""The largest AVIF is what libavif's readers take unless told otherwise; the others' are their files' own."""
