"""An earlier compression under the last one: whether there was one, and its quality where it can be told."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from realsr.estimation.codec.blocks import GRIDS, Bytes
from realsr.estimation.codec.first import first_gains
from realsr.estimation.codec.last import Last, Range, hull
from realsr.estimation.codec.shifted import errors, shifted_gains
from realsr.estimation.codec.spectrum import Spectrum

ALIGNED_GAIN = 9.0
SHIFTED_LEAD = 45.0
SHIFTED_SHARE = 0.6
"""Part of the gain by which the best grid must lead over all others; chance leads by less."""
ALIGNED_BELOW, SHIFTED_BELOW = 5, 15
"""How far the first quality must lie below the last to be told."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """quality: of the first compression. aligned: whether on the last one's grid."""

    quality: Range
    aligned: bool

    def told(self, last: Range | None) -> bool:
        """Whether its quality is far enough below the last one's for its traces to be its own."""
        below = ALIGNED_BELOW if self.aligned else SHIFTED_BELOW
        return last is None or self.quality[1] <= last[1] - below


def earlier(pixels: Bytes, picture: Spectrum, last: Last) -> Earlier | None:
    """The earlier compression seen in pixels (h, w, c); None where none is seen."""
    if not (last.steps > 0).all():
        return None
    return _aligned(picture, last) or _shifted(pixels, picture, last)


def _aligned(picture: Spectrum, last: Last) -> Earlier | None:
    place = GRIDS.index(last.grid)
    found = first_gains(picture.counts[place], picture.shares, last.steps)
    return Earlier(hull(found), True) if found.max() > ALIGNED_GAIN else None


def _shifted(pixels: Bytes, picture: Spectrum, last: Last) -> Earlier | None:
    found = shifted_gains(picture, last.grid, errors(pixels, last.grid, last.steps))
    best = found.max(1)
    place = int(best.argmax())
    lead = best[place] - np.delete(best, place).max()
    if lead < max(SHIFTED_LEAD, SHIFTED_SHARE * best[place]):
        return None
    return Earlier(hull(found[place]), False)
