"""One-sided bounds: what a statistic of all pictures that could come surely is at least, or at most."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from realsr.statistics.components import TwoWayTable
from realsr.statistics.intervals import Design, Estimate, estimate, share
from realsr.statistics.untold import Untold

Side = Literal["at least", "at most"]


@dataclass(frozen=True)
class Bound:
    """kind: which interval it is the end of, and of how many images and degradations."""

    value: float
    kind: str


def mean_bound(table: TwoWayTable, design: Design, certainty: float, side: Side) -> Bound | Untold:
    """Of the mean of images x cases: the end of the interval of `realsr.statistics.intervals`."""
    return _end(estimate([table], design, 2.0 * certainty - 1.0), design, side)


def share_bound(table: TwoWayTable, design: Design, certainty: float, side: Side) -> Bound | Untold:
    """Of the share of values below 0."""
    return _end(share(table < 0.0, design, 2.0 * certainty - 1.0), design, side)


def quantile_bound(
    table: TwoWayTable, level: float, certainty: float, side: Side
) -> Bound | Untold:
    """Of the `level` quantile, by order statistics: no distribution is assumed.

    An image's draws hang together, so an image counts once, by the draw that bounds most cautiously. The value
    of rank r is at most the quantile with probability P(Binomial(n, level) >= r).
    """
    if side == "at most":
        found = quantile_bound(-table, 1.0 - level, certainty, "at least")
        return found if isinstance(found, Untold) else Bound(-found.value, found.kind)
    values = np.sort(table.min(axis=1))
    rank = _rank(len(values), level, certainty)
    if rank == 0:
        needed = math.ceil(math.log(1.0 - certainty) / math.log(1.0 - level))
        return Untold(f"too few to tell: {len(values)} images; {needed} are needed for a quantile")
    return Bound(float(values[rank - 1]), f"order statistics, {len(values)} images")


def _rank(count: int, level: float, certainty: float) -> int:
    """The largest r with P(Binomial(count, level) >= r) >= certainty; 0 where even 1 is too much."""
    below, rank = 0.0, 0
    for hits in range(count):
        below += math.comb(count, hits) * level**hits * (1.0 - level) ** (count - hits)
        if 1.0 - below < certainty:
            break
        rank = hits + 1
    return rank


def _end(found: Estimate, design: Design, side: Side) -> Bound | Untold:
    if isinstance(found.interval, Untold):
        return found.interval
    end = found.interval.low if side == "at least" else found.interval.high
    cases = f" x {found.cases} degradations" if design != "own" else ""
    return Bound(end, f"{found.interval.method}, {found.images} images{cases}")
