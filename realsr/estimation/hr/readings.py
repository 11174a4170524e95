"""What the faults of one picture are read from: the estimators' findings, and small measures of its luma."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from realsr.estimation.codec.history import COUNT, FIRST, QUALITY, STEPS
from realsr.estimation.findings import Findings, Measurement
from realsr.estimation.hr.coarseness import like_quality
from realsr.estimation.hr.criterion import FaultReading
from realsr.estimation.hr.flatness import TILE, flat_share
from realsr.estimation.hr.halos import FEWEST, halo
from realsr.estimation.seen import Seen
from realsr.estimation.single.resampling import FACTOR, UNSEEN

BEST_QUALITY = 100.0


def estimated(name: str) -> Callable[[Seen, Findings], FaultReading | str]:
    """What an estimator of the table told of `name`."""

    def reading(seen: Seen, found: Findings) -> FaultReading | str:
        told = found.estimates.get(name)
        if told is None:
            return found.refused.get(name, f"{name} was not measured")
        return FaultReading(
            _number(told), *(cast("float | None", end) for end in (told.low, told.high))
        )

    return reading


def enlargement(seen: Seen, found: Findings) -> FaultReading | str:
    """The factor, whose estimator has its own threshold; 1 where no enlargement is seen."""
    told = found.estimates.get(FACTOR.name)
    if told is not None:
        return FaultReading(_number(told))
    why = found.refused.get(FACTOR.name, f"{FACTOR.name} was not measured")
    return FaultReading(1.0) if why == UNSEEN else why


def worst_quality(seen: Seen, found: Findings) -> FaultReading | str:
    """Of the compressions that are known, 100 for none: the standard tables' quality, or of steps like them."""
    count = found.estimates.get(COUNT.name)
    if count is None:
        return found.refused.get(COUNT.name, f"{COUNT.name} was not measured")
    known = [
        _number(found.estimates[n]) for n in (QUALITY.name, FIRST.name) if n in found.estimates
    ]
    steps = found.estimates.get(STEPS.name)
    if QUALITY.name not in found.estimates and steps is not None:
        like = like_quality(cast("list[list[int | None]]", steps.value))
        known += [] if like is None else [float(like)]
    if count.value and not known:
        return "it was compressed, how coarsely cannot be told"
    return FaultReading(min(known, default=BEST_QUALITY))


def halos(seen: Seen, found: Findings) -> FaultReading | str:
    """See `halo`."""
    share = halo(seen.luma())
    if share is None:
        return f"fewer than {FEWEST} steps stand free in it, beside which a halo could be seen"
    return FaultReading(share)


def emptiness(seen: Seen, found: Findings) -> FaultReading | str:
    """See `flat_share`."""
    share = flat_share(seen.luma())
    if share is None:
        return f"it is {seen.height} x {seen.width} px; {TILE} x {TILE} are needed"
    return FaultReading(share)


def _number(told: Measurement) -> float:
    return float(cast("float", told.value))
