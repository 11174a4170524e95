"""Pictures of equal size together: which, is decided by the set alone.

A network's last bit may depend on what else is in a batch. So batches do not depend on what is already known:
a run that was stopped meets the same ones again.
"""

from __future__ import annotations

from collections.abc import Sequence

from realsr.robustness.cases.sets import TestPicture

MOST = 16
PIXELS = 2**19
"""A batch ends at so many pictures or LR pixels, whichever comes first."""


def batches(
    pictures: Sequence[TestPicture], most: int = MOST, pixels: int = PIXELS
) -> list[list[TestPicture]]:
    """The pictures of a set, those of one LR size together, in the order in which they come."""
    by_size: dict[tuple[int, int], list[TestPicture]] = {}
    for picture in pictures:
        by_size.setdefault(picture.lr.size, []).append(picture)
    return [
        group[start : start + length]
        for (height, width), group in by_size.items()
        for length in [max(1, min(most, pixels // (height * width)))]
        for start in range(0, len(group), length)
    ]
