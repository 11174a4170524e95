"""Pictures of equal size together: which, is decided by the set alone.

A network's last bit may depend on what else is in a batch. So batches do not depend on what is already known:
a run that was stopped meets the same ones again.
"""

from __future__ import annotations

from collections.abc import Sequence

from realsr.robustness.cases.sets import Case

MOST = 16
PIXELS = 2**19
"""A batch ends at so many pictures or LR pixels, whichever comes first."""


def batches(cases: Sequence[Case], most: int = MOST, pixels: int = PIXELS) -> list[list[Case]]:
    """The cases of a set, those of one LR size together, in the order in which they come."""
    by_size: dict[tuple[int, int], list[Case]] = {}
    for case in cases:
        by_size.setdefault(case.lr.size, []).append(case)
    return [
        group[start : start + length]
        for (height, width), group in by_size.items()
        for length in [max(1, min(most, pixels // (height * width)))]
        for start in range(0, len(group), length)
    ]
