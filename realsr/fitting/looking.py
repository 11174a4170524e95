"""The photographs to be matched: their features at one size, and what the estimators tell of each."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from realsr.estimation.estimator import Inquiry
from realsr.estimation.findings import Findings
from realsr.estimation.hr.verdict import middle_of
from realsr.estimation.single.features import features
from realsr.estimation.single.look import coding_of
from realsr.estimation.table import of_picture
from realsr.fitting.marginals import Floats
from realsr.images.errors import SourceError
from realsr.measuring.items import Item
from realsr.measuring.reading import read_seen
from realsr.measuring.sampling import LOOKED, places

ENOUGH = 60
"""Pictures from which each is looked at in one place."""


@dataclass(frozen=True, slots=True, eq=False)
class SeenLr:
    """values: (n, m), features of each place, none where fault says why. found: what estimators tell."""

    item: Item
    values: Floats
    found: Findings = field(default_factory=Findings)
    grey: bool = False
    fault: str | None = None


def seen_lr(item: Item, side: int, several: bool) -> SeenLr:
    """At its middle, or with `several` at up to four places."""
    try:
        seen = read_seen(item.path)
    except SourceError as error:
        return SeenLr(item, np.empty((0, 0)), fault=error.reason)
    if min(seen.height, seen.width) < side:
        size = f"{seen.height} x {seen.width} px"
        return SeenLr(item, np.empty((0, 0)), fault=f"it is {size}; {side} x {side} are looked at")
    found = of_picture(middle_of(seen, LOOKED), Inquiry())
    parts = places(seen if several else middle_of(seen, side), side)
    rows = np.array([features(part, coding_of(found)) for part in parts], np.float64)
    grey = seen.grey or bool((seen.pixels == seen.pixels[..., :1]).all())
    return SeenLr(item, rows, found, grey)
