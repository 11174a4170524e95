"""One picture through the predictor: its features, and what the estimators of this room share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from realsr.estimation.codec.blocks import Bytes, Floats, clipped, luma
from realsr.estimation.codec.tables import Steps
from realsr.estimation.findings import Findings
from realsr.estimation.seen import Seen
from realsr.estimation.single.coding import UNCODED, BlockCoding
from realsr.estimation.single.features import LARGEST_SIDE, LEAST_SIDE, features

MOST_CLIPPED = 0.5
LEAST_CONTRAST = 3.0
"""Standard deviation of the luma below which there is nothing to be measured on."""
TRAINED = (
    "a photograph or a drawing such as those that the predictor was trained on (one blur, one resampling, "
    "white noise, JPEG at 60 to 97)"
)


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """pixels: (h, w, c) in 8 bits, of bounded size. values: its features."""

    pixels: Bytes
    coding: BlockCoding
    values: Floats

    @property
    def group(self) -> int:
        """Among the predictor's four: below 128 px or not, compressed or not."""
        return 2 * int(self.values[-1] >= np.log(120)) + int(self.coding.known)


def look(seen: Seen, found: Findings) -> Look | str:
    """The picture as the predictor takes it, or why it cannot. found: with what is known of its compression."""
    coding = coding_of(found)
    pixels = middle(np.rint(seen.levels()).astype(np.uint8))
    why = _unfit(pixels)
    return why or Look(pixels, coding, features(pixels, coding))


def middle(pixels: Bytes) -> Bytes:
    """At most LARGEST_SIDE pixels of each side, from whole blocks of 8 on."""
    rows, columns = (max(0, length - LARGEST_SIDE) // 16 * 8 for length in pixels.shape[:2])
    return pixels[rows : rows + LARGEST_SIDE, columns : columns + LARGEST_SIDE]


def _unfit(pixels: Bytes) -> str:
    height, width = pixels.shape[:2]
    if min(height, width) < LEAST_SIDE:
        return f"it is {height} x {width} px; {LEAST_SIDE} x {LEAST_SIDE} are needed"
    if clipped(pixels).mean() > MOST_CLIPPED:
        return (
            "more than half of it is black or white to the limit, where noise and blur are cut off"
        )
    if luma(pixels).std() < LEAST_CONTRAST:
        return (
            "it is flat: there is nothing in it that blur, noise or enlargement could be read from"
        )
    return ""


def coding_of(found: Findings) -> BlockCoding:
    """The last compression among the findings; steps that are not known count as the coarsest that are."""
    if "jpeg_steps" not in found.estimates:
        return UNCODED
    grid = [int(str(found.estimates[name].value)) for name in ("jpeg_grid_y", "jpeg_grid_x")]
    rows = found.estimates["jpeg_steps"].value
    steps: Steps = np.array([[step or 0 for step in row] for row in rows], np.int64).ravel()  # type: ignore[union-attr]
    return BlockCoding((grid[0], grid[1]), np.where(steps > 0, steps, steps.max()))
