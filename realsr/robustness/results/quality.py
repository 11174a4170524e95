"""Values of a metric on a scale where more is better, so that differences have one sign."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import numpy.typing as npt

from realsr.metrics.metric import Better

Values = TypeVar("Values", float, npt.NDArray[np.float64])


def quality(better: Better, values: Values) -> Values:
    """A value or many: itself, its negative where lower is better, or minus its distance from 1."""
    if better == "higher":
        return values
    return -values if better == "lower" else -abs(values - 1.0)
