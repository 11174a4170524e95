"""A row's worst pictures: how far each lies below what is acceptable, over all test sets."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from realsr.robustness.results.observations import Observations
from realsr.robustness.results.rows import Row
from realsr.statistics.tail import WORST, Tail, tail
from realsr.statistics.untold import Untold


def picture_tail(
    observations: Observations,
    row: Row,
    acceptance: Row,
    test_sets: Sequence[str],
    *,
    higher_is_better: bool,
    count: int = WORST,
) -> Tail | Untold:
    """The tail of the distances to the acceptance row, picture by picture; negative is worse than acceptable.

    Several trainings of a row are averaged on each picture. Names are 'set, image, variant'. Pictures
    that lack a number on either side are not in it.
    """
    sign = 1.0 if higher_is_better else -1.0
    found: dict[str, float] = {}
    for test_set in test_sets:
        own, other = (_means(observations, one, test_set) for one in (row, acceptance))
        for name in own.keys() & other.keys():
            found[name] = sign * (own[name] - other[name])
    if not found:
        return Untold(f"no picture has numbers of {row.name} and of {acceptance.name}")
    names = sorted(found)
    return tail(np.array([found[name] for name in names]), names, count=count)


def _means(observations: Observations, row: Row, test_set: str) -> dict[str, float]:
    """The mean over trainings of every picture that all of them have a number for."""
    columns = [observations.of(model.name, test_set) for model in row.models]
    places = set.intersection(*(set(column) for column in columns))
    return {
        f"{test_set}, {place.image}, variant {place.variant}": float(
            np.mean([column[place] for column in columns])
        )
        for place in places
    }
