"""What each feature is, in words, in the order of `features`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise, product

from realsr.estimation.single.dct_features import BANDS, CHROMA_BANDS
from realsr.estimation.single.edge_features import CLIMBS, WINDOWS
from realsr.estimation.single.period_features import INTERVALS
from realsr.estimation.single.residual_features import QUANTILES
from realsr.estimation.single.spectrum_features import RINGS, TILE

_LUMA = ("emptiest 5 %", "emptier 20 %", "middle", "livelier 20 %")
_CHROMA = ("emptiest 5 %", "middle")
_PLANES = ("luma", "Cb", "Cr")
_TILES = ("all places", "lively places", "the middle place")
_PAIRS = ("red and green", "green and blue", "red and blue")


def _blocks() -> Iterator[str]:
    bands = [f"band {number} of {len(BANDS)}" for number in range(1, len(BANDS) + 1)]
    yield from (f"detail of blocks, {band}, {part}" for part, band in product(_LUMA, bands))
    yield from (f"detail of blocks, {band}, flat places" for band in bands)
    yield from (f"coefficients that are not quantised to 0, {band}" for band in bands)
    yield from (f"coefficients that are not quantised to 0, {band}, flat places" for band in bands)
    yield from (f"quantisation steps, {band}" for band in bands)
    yield "whether a JPEG compression is known"


def _chroma() -> Iterator[str]:
    bands = [f"band {number} of {len(CHROMA_BANDS)}" for number in range(1, len(CHROMA_BANDS) + 1)]
    parts = (*_CHROMA, "flat places")
    yield from (f"detail of chroma blocks, {band}, {part}" for part, band in product(parts, bands))


def _residuals() -> Iterator[str]:
    parts = [f"emptiest {100 * share:.0f} %" for share in QUANTILES]
    yield from (f"fine grain of {plane}, {part}" for plane, part in product(_PLANES, parts))
    yield from (f"fine grain that {pair} share" for pair in _PAIRS)


def _spectrum() -> Iterator[str]:
    middles = [(number + 0.5) / (2 * RINGS) for number in range(RINGS)]
    yield from (f"power at {at:.2f} cycles/px, {of}" for of, at in product(_TILES, middles))
    half = [number / TILE for number in range(2, TILE // 2 + 1, 2)]
    yield from (
        f"power {way} at {at:.2f} cycles/px" for way, at in product(("down", "across"), half)
    )


def _edges() -> Iterator[str]:
    parts = [f"steepest {100 * (1 - share):.0f} %" for share in CLIMBS]
    yield from (
        f"climb of edges in a pixel, within {window} px, {part}"
        for window, part in product(WINDOWS, parts)
    )
    sizes = ("middle", "upper 20 %", "upper 5 %", "upper 1 %")
    yield from (
        f"{order} differences, {size}" for order, size in product(("first", "second"), sizes)
    )


def _periods() -> Iterator[str]:
    ends = [number / (2 * INTERVALS) for number in range(INTERVALS + 1)]
    for low, high in pairwise(ends):
        yield f"period between {low:.2f} and {high:.2f} cycles/px"
    yield "strongest period"
    yield "frequency of the strongest period"


NAMES = (*_blocks(), *_chroma(), *_residuals(), *_spectrum(), *_edges(), *_periods(), "size")
"""One a feature; all but shares, climbs, correlations and frequencies are logarithms."""
