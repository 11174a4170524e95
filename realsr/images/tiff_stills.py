"""TIFF: from bytes to pixels.

Decompression is libtiff's, through Pillow, which is shown the bytes of all segments as one plain grey picture;
what the bytes mean is read here, so that depth, byte order, planes, tiles, predictors and extra samples are
each dealt with once. JPEG and YCbCr, in which compression and colours are one, Pillow decodes whole.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import BinaryIO, cast

import numpy as np
from PIL import ImageFile

from realsr.images.errors import SourceError
from realsr.images.exif import block_of_tiff
from realsr.images.pillow_stills import channels_of, colours_of
from realsr.images.raster import GREY, RGB, Header, Kept, Pixels, full_range, straight
from realsr.images.tiff_layout import (
    JPEGS,
    PALETTE,
    UNCOMPRESSED,
    WHITE_IS_ZERO,
    YCBCR,
    Layout,
    layout_of,
)
from realsr.images.tiff_segments import LIBTIFFS, samples_of

ByPillow = Callable[[], ImageFile.ImageFile]


@dataclass(frozen=True)
class TiffStill:
    file: BinaryIO
    layout: Layout

    @property
    def header(self) -> Header:
        return self.layout.header

    def decode(self) -> Pixels:
        layout = self.layout
        values = samples_of(self.file, layout)
        if layout.photometric == PALETTE and layout.colormap is not None:
            colours: Pixels = (layout.colormap >> 8).astype(np.uint8).T[values[..., 0]]
        else:
            colours = full_range(values[..., : layout.colours], layout.bits)
        if layout.photometric == WHITE_IS_ZERO:
            colours = np.bitwise_not(colours)
        if layout.alpha is None:
            return cast("Pixels", np.ascontiguousarray(colours))
        place = layout.alpha.place
        opacity = full_range(values[..., place : place + 1], layout.bits)
        pixels = np.concatenate([colours, opacity], axis=2)
        return straight(pixels) if layout.alpha.associated else pixels

    def kept(self) -> Kept:
        return Kept(self.layout.icc, block_of_tiff(self.file))


@dataclass(frozen=True)
class JpegTiffStill:
    """A TIFF that Pillow decodes. It turns such a picture upright itself."""

    file: BinaryIO
    layout: Layout
    image: ImageFile.ImageFile
    header: Header

    def decode(self) -> Pixels:
        self.image.load()
        return channels_of(self.image)

    def kept(self) -> Kept:
        return Kept(self.layout.icc, block_of_tiff(self.file))


def tiff_still(file: BinaryIO, by_pillow: ByPillow) -> TiffStill | JpegTiffStill:
    """Of an open TIFF file. by_pillow: opens the same by Pillow. Raises SourceError for what is not read."""
    layout = layout_of(file)
    compression = layout.coding.compression
    if compression in JPEGS or (layout.photometric == YCBCR and compression in LIBTIFFS):
        return _by_pillow(file, layout, by_pillow)
    _check(layout)
    return TiffStill(file, layout)


def _by_pillow(file: BinaryIO, layout: Layout, by_pillow: ByPillow) -> JpegTiffStill:
    if layout.bits != 8 or layout.segments.separate:
        raise SourceError(
            "colour-mode",
            f"it is JPEG or YCbCr inside a TIFF, {layout.bits} bits a channel"
            f"{', each in a plane of its own' * layout.segments.separate}; save it again as plain RGB",
        )
    image = by_pillow()
    upright, colours = layout.header.upright, colours_of(image.mode)
    header = replace(layout.header, size=upright, orientation=1, colours=colours)
    return JpegTiffStill(file, layout, image, header)


def _check(layout: Layout) -> None:
    """Raises SourceError for what is not read right."""
    header, coding = layout.header, layout.coding
    if coding.compression not in LIBTIFFS | {UNCOMPRESSED}:
        raise SourceError(
            "compression",
            f"its compression is number {coding.compression}, which is not read; save it again without, or "
            "with LZW or deflate",
        )
    if header.colours not in (GREY, RGB) or header.values != "unsigned" or layout.bits > 16:
        return  # refused where it is asked what is taken, by that name
    if coding.predictor not in (1, 2) or (coding.predictor == 2 and layout.bits not in (8, 16)):
        raise SourceError(
            "compression",
            f"its values are differences (predictor {coding.predictor}) of {layout.bits} bits, which are not "
            "read; save it again without a predictor",
        )
    _check_samples(layout)


def _check_samples(layout: Layout) -> None:
    extra = layout.samples - layout.colours
    is_white = layout.photometric == WHITE_IS_ZERO
    associated = layout.alpha is not None and layout.alpha.associated
    if extra < 0 or (layout.photometric == PALETTE and (associated or layout.bits > 8)):
        raise SourceError(
            "colour-mode",
            f"it has {layout.samples} values a pixel of {layout.bits} bits, which do not go with its colours "
            f"({layout.header.colours}); convert it to RGB first",
        )
    if layout.colours == 1 and extra > 1 and layout.alpha is None:
        raise SourceError(
            "colour-mode",
            f"it has {layout.samples} channels and does not say that they are RGB; convert it to RGB or grey",
        )
    if is_white and associated:
        raise SourceError(
            "colour-mode",
            "its alpha is multiplied into grey that is white at zero; convert it first",
        )
