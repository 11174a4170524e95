"""What a TIFF's tags say: where its values lie, in which form, and what they mean (TIFF 6.0, 1992)."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np

from degrade.geometry import Size
from realsr.images.errors import SourceError
from realsr.images.raster import GREY, RGB, Header, Words

WHITE_IS_ZERO, BLACK_IS_ZERO, COLOURED, PALETTE, YCBCR = 0, 1, 2, 3, 6
UNCOMPRESSED, FAX, JPEGS = 1, (2, 3, 4), (6, 7)
_COLOURS = {WHITE_IS_ZERO: GREY, BLACK_IS_ZERO: GREY, COLOURED: RGB, PALETTE: RGB}
_OTHERS = {
    4: "a mask",
    5: "CMYK",
    6: "YCbCr",
    8: "LAB",
    9: "LAB",
    10: "LAB",
    32803: "a sensor's mosaic",
}
_ASSOCIATED, _STRAIGHT = 1, (2, 999)
"""Of the tag ExtraSamples; 999 is what CorelDRAW 10 wrote."""
_UNSIGNED = "unsigned"
_VALUES = {1: _UNSIGNED, 2: "signed", 3: "floating-point", 4: _UNSIGNED, 5: "complex", 6: "complex"}
_MOST_SAMPLES = 64

# What is wrong with a file is ours to tell, not the library's.
logging.getLogger("tifffile").addHandler(logging.NullHandler())


@dataclass(frozen=True)
class Alpha:
    """place: of the sample. associated: colours are multiplied by it."""

    place: int
    associated: bool


@dataclass(frozen=True)
class Segments:
    """Strips or tiles of rows x columns pixels; separate: each holds one sample. offsets, counts: bytes."""

    rows: int
    columns: int
    tiled: bool
    separate: bool
    offsets: Sequence[int]
    counts: Sequence[int]


@dataclass(frozen=True)
class Coding:
    """How values become bytes. options: the fax codes' own tags."""

    compression: int
    predictor: int
    big_endian: bool
    reversed_bits: bool
    options: dict[int, int]


@dataclass(frozen=True)
class Layout:
    """The first picture of a TIFF. samples: values a pixel, the first `colours` of which are no extra ones.
    colormap: 3 x 2^bits values of 16 bits.
    """

    header: Header
    photometric: int
    bits: int
    samples: int
    alpha: Alpha | None
    segments: Segments
    coding: Coding
    colormap: Words | None
    icc: bytes | None

    @property
    def colours(self) -> int:
        return 3 if self.photometric in (COLOURED, YCBCR) else 1


def layout_of(file: BinaryIO) -> Layout:
    """Raises SourceError, and whatever broken tags lead to."""
    from tifffile import TiffFile

    file.seek(0)
    tiff = TiffFile(file)  # the file stays the caller's to close
    page: Any = tiff.pages[0]
    frames = max(len(tiff.pages), _in_one_block(tiff))
    return _Tags(page.tags, tiff.byteorder == ">", frames).layout()


def _in_one_block(tiff: Any) -> int:
    """Pictures that ImageJ wrote behind one another under a single directory."""
    found = tiff.imagej_metadata if tiff.is_imagej else None
    return int((found or {}).get("images", 1))


@dataclass(frozen=True)
class _Tags:
    tags: Any
    big_endian: bool
    frames: int

    def layout(self) -> Layout:
        samples, photometric = self._samples(), self._photometric()
        bits = self._same(258, samples, 1)
        return Layout(
            header=self._header(photometric, bits, samples),
            photometric=photometric,
            bits=bits,
            samples=samples,
            alpha=self._alpha(samples, photometric),
            segments=self._segments(samples),
            coding=self._coding(),
            colormap=self._colormap(bits) if photometric == PALETTE else None,
            icc=self.tags.valueof(34675),
        )

    def _header(self, photometric: int, bits: int, samples: int) -> Header:
        unnamed = f"photometric interpretation {photometric}"
        colours = _COLOURS.get(photometric) or _OTHERS.get(photometric, unnamed)
        values = self._same(339, samples, 1)
        orientation = self._number(274, 1)
        return Header(
            size=Size(self._number(257), self._number(256)),
            colours=colours,
            bits=min(bits, 8) if photometric == PALETTE else bits,
            orientation=orientation if 1 <= orientation <= 8 else 1,
            frames=self.frames * self._number(32997, 1),
            values=_VALUES.get(values, f"of an unknown kind ({values})"),
        )

    def _samples(self) -> int:
        samples = self._number(277, 1)
        if not 1 <= samples <= _MOST_SAMPLES:
            raise SourceError(
                "colour-mode", f"it has {samples} values a pixel; convert it to RGB first"
            )
        return samples

    def _photometric(self) -> int:
        found = self.tags.valueof(262)
        if found is None and self._number(259, 1) in FAX:
            return WHITE_IS_ZERO  # as the codes themselves have it
        if found is None:
            raise SourceError(
                "colour-mode",
                "it does not say what its values mean (no photometric interpretation); save it again by a "
                "program that does",
            )
        return int(found)

    def _alpha(self, samples: int, photometric: int) -> Alpha | None:
        """The first extra sample that says it is one; the fourth where four are RGB and nothing is said."""
        colours = 3 if photometric in (COLOURED, YCBCR) else 1
        kinds = self._numbers(338)
        if not kinds and (photometric, samples) == (COLOURED, 4):
            return Alpha(3, associated=False)
        for place, kind in enumerate(kinds[: samples - colours], start=colours):
            if kind == _ASSOCIATED or kind in _STRAIGHT:
                return Alpha(place, kind == _ASSOCIATED)
        return None

    def _segments(self, samples: int) -> Segments:
        tiled = self.tags.valueof(324) is not None
        height, width = self._number(257), self._number(256)
        rows = self._number(323) if tiled else min(self._number(278, height), height)
        return Segments(
            rows=rows,
            columns=self._number(322) if tiled else width,
            tiled=tiled,
            separate=self._number(284, 1) == 2 and samples > 1,
            offsets=self._numbers(324 if tiled else 273),
            counts=self._numbers(325 if tiled else 279),
        )

    def _coding(self) -> Coding:
        options = {tag: self._number(tag) for tag in (292, 293) if tag in self.tags}
        return Coding(
            compression=self._number(259, 1),
            predictor=self._number(317, 1),
            big_endian=self.big_endian,
            reversed_bits=self._number(266, 1) == 2,
            options=options,
        )

    def _colormap(self, bits: int) -> Words:
        colours = np.array(self.tags.valueof(320), np.uint16).reshape(3, -1)
        if colours.shape[1] != 1 << bits:
            raise SourceError(
                "damaged", f"its palette has {colours.shape[1]} colours of {1 << bits}"
            )
        # Some programs wrote 8-bit values.
        return colours * 257 if colours.max() < 256 else colours

    def _same(self, tag: int, samples: int, default: int) -> int:
        """A value that every sample has a copy of."""
        found = set(self._numbers(tag)[:samples]) or {default}
        if len(found) > 1:
            raise SourceError(
                "colour-mode",
                f"its channels differ in their form ({sorted(found)}); convert it to RGB first",
            )
        return found.pop()

    def _number(self, tag: int, default: int | None = None) -> int:
        found = self._numbers(tag)
        if found:
            return found[0]
        if default is None:
            raise SourceError("damaged", f"its header lacks the tag {tag}")
        return default

    def _numbers(self, tag: int) -> Sequence[int]:
        found = self.tags.valueof(tag, ())
        return tuple(map(int, found)) if isinstance(found, tuple) else (int(found),)
