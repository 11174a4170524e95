"""Values of a metric on a scale where more is better, so that differences have one sign."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from realsr.metrics.metric import Better

Values = npt.NDArray[np.float64]


def qualities(values: Values, better: Better) -> Values:
    """The values, their negatives where lower is better, or minus their distance from 1."""
    if better == "higher":
        return values
    return -values if better == "lower" else -np.abs(values - 1.0)
