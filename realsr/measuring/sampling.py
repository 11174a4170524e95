"""A picture as one row of features, from a few places of one size, and what the estimators tell of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import cast

import numpy as np

from realsr.estimation.codec.blocks import Bytes, Floats
from realsr.estimation.estimator import Inquiry
from realsr.estimation.findings import Findings
from realsr.estimation.hr.verdict import middle_of
from realsr.estimation.seen import Seen
from realsr.estimation.single.features import features
from realsr.estimation.single.look import coding_of
from realsr.estimation.table import of_picture
from realsr.images.errors import SourceError
from realsr.images.reading import MAX_PIXELS, opened_still
from realsr.measuring.items import Item
from realsr.measuring.reading import read_seen

SIDES = (192, 128, 96, 64, 48)
"""Pixels of a place's side: as large as most pictures allow, since a feature depends on it."""
MOST = 0.9
"""Share of each set's pictures that must be as large."""
LOOKED = 256
"""Pixels of the middle from which compression, noise and blur are told."""
_PART = re.compile(r"(_v\d+)?(_y\d{5,}_x\d{5,})?$")
"""What `make-pairs` adds to a source's name."""


@dataclass(frozen=True, slots=True, eq=False)
class Sampled:
    """values: (m,), None where fault says why. told: numbers that estimators gave, by NAME."""

    item: Item
    values: Floats | None
    told: dict[str, float] = field(default_factory=dict)
    fault: str | None = None


def source_of(item: Item) -> str:
    """Pictures of one source are of one photograph, or are named as if they were."""
    return _PART.sub("", item.key)


def sample(item: Item, side: int) -> Sampled:
    """From at most four places of `side` pixels a side, their features' mean."""
    try:
        seen = read_seen(item.path)
    except SourceError as error:
        return Sampled(item, None, fault=error.reason)
    if min(seen.height, seen.width) < side:
        size = f"{seen.height} x {seen.width} px"
        return Sampled(item, None, fault=f"it is {size}; the sets are compared at {side} x {side}")
    found = of_picture(middle_of(seen, LOOKED), Inquiry())
    coding = coding_of(found)
    rows = [features(place, coding) for place in places(seen, side)]
    return Sampled(item, np.asarray(np.mean(rows, axis=0), np.float32), _numbers(found))


def places(seen: Seen, side: int) -> Iterator[Bytes]:
    """Of 8 bits, each from a multiple of 8 on; two a direction where they do not overlap."""
    pixels = np.rint(seen.levels()).astype(np.uint8)
    for top in _starts(seen.height, side):
        for left in _starts(seen.width, side):
            yield pixels[top : top + side, left : left + side]


def _starts(length: int, side: int) -> list[int]:
    if length < 2 * side:
        return [(length - side) // 16 * 8]
    middle = length // 2
    return [(middle - side) // 16 * 8, (middle + (middle - side) // 2) // 8 * 8]


def _numbers(found: Findings) -> dict[str, float]:
    told = {name: one.value for name, one in found.estimates.items()}
    return {name: float(cast("float", one)) for name, one in told.items() if _counted(one)}


def _counted(value: object) -> bool:
    return isinstance(value, float | int) and not isinstance(value, bool)


def common_side(sets: Sequence[Sequence[Item]]) -> int:
    """The largest of SIDES that MOST pictures of each set have; the smallest where there is none."""
    sizes = [np.array([_least(item) for item in items]) for items in sets]
    fit = (side for side in SIDES if all((one >= side).mean() >= MOST for one in sizes))
    return next(fit, SIDES[-1])


def _least(item: Item) -> int:
    """0 of what cannot be opened; why is told when it is read."""
    try:
        with opened_still(item.path, MAX_PIXELS) as found:
            return min(found.still.header.upright)
    except SourceError:
        return 0
