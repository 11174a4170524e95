"""The bad end of many values: what a mean and an acceptance rate hide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from realsr.statistics.resampling import Floats
from realsr.statistics.untold import StatisticsError

WORST = 12


class Worst(NamedTuple):
    """A value and what it belongs to: a case, or 'image, case'."""

    name: str
    value: float


@dataclass(frozen=True)
class Tail:
    """quantile: the 5 % quantile, linearly interpolated. beyond: mean of the values at or below it (the
    expected shortfall). worst: the lowest values, lowest first. Lower is worse."""

    quantile: float
    beyond: float
    worst: tuple[Worst, ...]


def tail(
    values: Floats,
    names: Sequence[str],
    *,
    level: float = 0.05,
    count: int = WORST,
    times: npt.NDArray[np.intp] | None = None,
) -> Tail:
    """The tail of values that are better the higher they are; negate those that are not.

    times: how often each value counts. Raises StatisticsError where values and names do not match.
    """
    if values.ndim != 1 or len(values) != len(names) or not len(values):
        raise StatisticsError(
            f"{values.shape} values and {len(names)} names; expected as many, not 0"
        )
    counted = values if times is None else np.repeat(values, times)
    quantile = float(np.quantile(counted, level))
    worst = np.argsort(values, kind="stable")[:count]
    return Tail(
        quantile,
        float(counted[counted <= quantile].mean()),
        tuple(Worst(names[number], float(values[number])) for number in worst),
    )
