"""The standard quantisation tables (ITU-T T.81, annex K) as libjpeg scales them by a quality."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from degrade.functional.libjpeg.quantise import CHROMA_TABLE, LUMA_TABLE, percentage

Steps = npt.NDArray[np.int64]
QUALITIES = range(1, 101)
LARGEST = 255
FREQUENCIES = 64
SUBSAMPLINGS = {(1, 1): "4:4:4", (1, 2): "4:2:2", (2, 1): "4:4:0", (2, 2): "4:2:0", (1, 4): "4:1:1"}
"""By how many pixels, down and across, share a chroma sample."""


def _scaled(base: tuple[tuple[int, ...], ...], quality: int) -> Steps:
    hundredths = np.array(base, np.int64).reshape(-1) * percentage(quality) + 50
    return np.clip(hundredths // 100, 1, LARGEST)


@cache
def luma_tables() -> Steps:
    """Steps (100, 64), one row a quality from 1, vertical frequency first."""
    return np.stack([_scaled(LUMA_TABLE, quality) for quality in QUALITIES])


@cache
def chroma_tables() -> Steps:
    """Steps (100, 64) as `luma_tables`."""
    return np.stack([_scaled(CHROMA_TABLE, quality) for quality in QUALITIES])


def quality_of(steps: npt.NDArray[np.integer]) -> int | None:
    """The quality whose standard luma table these 64 steps are; no two have one table."""
    same = (luma_tables() == np.asarray(steps).reshape(1, -1)).all(1)
    return int(same.argmax()) + 1 if same.any() else None
