"""The compression history of a picture: a row of the table of estimators."""

from __future__ import annotations

import numpy as np

from realsr.estimation.codec.blocks import Bytes
from realsr.estimation.codec.earlier import Earlier, earlier
from realsr.estimation.codec.last import Last, Range, from_pixels, stated
from realsr.estimation.codec.search import scores
from realsr.estimation.codec.spectrum import Spectrum, spectrum
from realsr.estimation.estimator import Inquiry, PictureEstimator, Quantity
from realsr.estimation.findings import Findings, Measurement, Value, refusal
from realsr.estimation.seen import Seen

LEAST_SIDE = 24
"""Pixels below which hardly any grid has four whole blocks."""
CERTAIN_SIDE = 128
"""Pixels from which 'not compressed' is said for certain."""
FLAT = 0.02
"""Share of magnitudes of half a level and more below which a picture has no detail that could be quantised."""

COUNT = Quantity("jpeg_count", "how often it was JPEG compressed", "", "name")
STEPS = Quantity("jpeg_steps", "quantisation steps of luma, last compression", "levels", "table")
QUALITY = Quantity(
    "jpeg_quality", "quality (IJG), last compression", "IJG quality", least=1, most=100
)
FIRST = Quantity(
    "jpeg_first_quality",
    "quality (IJG) of the compression before the last",
    "IJG quality",
    least=1,
    most=100,
)
SUBSAMPLING = Quantity("jpeg_subsampling", "chroma subsampling, last compression", "", "name")
GRID_Y = Quantity("jpeg_grid_y", "first row at which a block begins", "px", "name")
GRID_X = Quantity("jpeg_grid_x", "first column at which a block begins", "px", "name")
QUANTITIES = (COUNT, STEPS, QUALITY, FIRST, SUBSAMPLING, GRID_Y, GRID_X)
NAMES = tuple(quantity.name for quantity in QUANTITIES)

BY_FILE = "the file's own tables"
BY_PIXELS = "likelihood of quantisation steps in the pixels' DCT on every grid"
AS_DECODED = "nothing was done to the pixels since, other than cropping"
ERASED = (
    "a first compression leaves no trace where the last one is coarser or nearly as coarse, or where there "
    "was none; it cannot be told which"
)
TOO_NEAR = (
    "an earlier compression is seen, but not {below} or more below the last quality: where the last one is as "
    "coarse, it has overwritten the first one's steps"
)


def compression(seen: Seen, asked: Inquiry, found: Findings) -> Findings:
    """Everything that is known of the JPEG compressions of a picture."""
    pixels = eight_bits(seen)
    if pixels is None:
        why = "it holds values finer than 8 bits, as no JPEG of 8 bits gives; its history is not in its pixels"
        return _untold(why)
    if seen.tables is not None:
        return _found(pixels, stated(seen.tables), BY_FILE, "nothing")
    return _seen_in(pixels)


def _untold(why: str) -> Findings:
    others = NAMES[1:]
    return refusal(why, COUNT.name) | refusal("whether it was compressed cannot be told", *others)


def eight_bits(seen: Seen) -> Bytes | None:
    """The pixels as 8 bits, grey where all channels are equal; None where they hold more than 8 bits do."""
    pixels = seen.pixels
    if pixels.dtype == np.uint16:
        if bool((pixels % 257).any()):
            return None
        pixels = (pixels // 257).astype(np.uint8)
    grey = bool((pixels == pixels[..., :1]).all())
    return np.asarray(pixels[..., :1] if grey else pixels, np.uint8)


def _seen_in(pixels: Bytes) -> Findings:
    if min(pixels.shape[:2]) < LEAST_SIDE:
        why = f"{pixels.shape[0]} x {pixels.shape[1]} px hold too few whole blocks; {LEAST_SIDE} are needed"
        return _untold(why)
    picture = spectrum(pixels)
    last = from_pixels(pixels, picture, scores(picture))
    if last is not None:
        return _found(pixels, last, BY_PIXELS, AS_DECODED, picture)
    if _flat(picture):
        return _untold("it has next to no detail, in which steps could show")
    return _never(pixels)


def _flat(picture: Spectrum) -> bool:
    counts = picture.counts[:, 1:].sum((0, 1))
    return bool(counts[4:].sum() < FLAT * counts.sum())


def _never(pixels: Bytes) -> Findings:
    most = 0 if min(pixels.shape[:2]) >= CERTAIN_SIDE else 1
    count = Measurement(0, 0, most, "", BY_PIXELS, AS_DECODED)
    return Findings({COUNT.name: count}) | refusal("no compression is seen", *NAMES[1:])


def _found(
    pixels: Bytes, last: Last, method: str, assumes: str, picture: Spectrum | None = None
) -> Findings:
    words = (method, assumes)
    large = min(pixels.shape[:2]) >= LEAST_SIDE
    before = earlier(pixels, picture or spectrum(pixels), last) if large else None
    return _of_last(last, pixels, words) | _of_first(before, last)


def _of_last(last: Last, pixels: Bytes, words: tuple[str, str]) -> Findings:
    steps = [[int(step) or None for step in row] for row in last.steps.reshape(8, 8)]
    values: dict[str, Value] = {
        STEPS.name: steps,
        GRID_Y.name: last.grid[0],
        GRID_X.name: last.grid[1],
    }
    plain = {
        name: Measurement(value, None, None, _unit(name), *words) for name, value in values.items()
    }
    return Findings(plain) | _quality(last.quality, words) | _chroma(last, pixels, words)


def _unit(name: str) -> str:
    return next(quantity.unit for quantity in QUANTITIES if quantity.name == name)


def _quality(quality: Range | None, words: tuple[str, str]) -> Findings:
    if quality is None:
        return refusal("no standard table fits its steps; see jpeg_steps", QUALITY.name)
    low, value, high = quality
    return Findings({QUALITY.name: Measurement(value, low, high, QUALITY.unit, *words)})


def _chroma(last: Last, pixels: Bytes, words: tuple[str, str]) -> Findings:
    if last.subsampling is None:
        grey = (
            "it is grey"
            if pixels.shape[2] == 1
            else "its chroma is too smooth, or was coded in another way"
        )
        return refusal(grey, SUBSAMPLING.name)
    return Findings({SUBSAMPLING.name: Measurement(last.subsampling, None, None, "", *words)})


def _of_first(before: Earlier | None, last: Last) -> Findings:
    if before is None:
        count = Measurement(1, 1, 2, "", "one compression explains the levels", AS_DECODED)
        return Findings({COUNT.name: count}) | refusal(ERASED, FIRST.name)
    method = (
        "heaps of levels on the last grid" if before.aligned else "heaps of levels on another grid"
    )
    count = Measurement(2, 2, 2, "", method, AS_DECODED)
    if not before.told(last.quality):
        why = TOO_NEAR.format(below=5 if before.aligned else 15)
        return Findings({COUNT.name: count}) | refusal(why, FIRST.name)
    low, value, high = before.quality
    assumes = "standard tables in the first compression; nothing but cropping between the two"
    more = {"aligned": before.aligned}
    first = Measurement(value, low, high, FIRST.unit, method, assumes, more=more)
    return Findings({COUNT.name: count, FIRST.name: first})


COMPRESSION = PictureEstimator(QUANTITIES, compression)
