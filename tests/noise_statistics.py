"""Measured moments of a noise operator against its law, within four standard errors.

Each statistic is had once from each of many small images with their own keys, so its standard error is measured too,
whatever the noise's distribution and correlation.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from degrade.operators.row import Operator
from tests.forms import fast

LEVELS = (0.0, 32 / 255, 0.5, 200 / 255, 1.0)
KEYS, SIDE = 160, 32
Floats = npt.NDArray[np.float64]


def record(operator: Operator[Any], **values: Any) -> Any:
    key = {"key": "0" * 16} if "key" in operator.parameters.model_fields else {}
    return operator.parameters.model_validate({**key, **values})


def noise(operator: Operator[Any], level: float, keys: int = KEYS, **values: Any) -> Floats:
    """What the operator adds to flat images of one level: (keys, h, w, 3)."""
    flat = np.full((SIDE, SIDE, 3), level, np.float32)
    made = [
        fast(operator, flat, record(operator, **values, key=f"{key:016x}"))
        for key in range(1, keys + 1)
    ]
    return np.stack(made).astype(np.float64) - flat[0, 0, 0]


def assert_expected(statistic: Floats, expected: float, what: str) -> None:
    """The mean over images of a statistic, one value an image, is its expectation."""
    error = statistic.std(ddof=1) / np.sqrt(len(statistic))
    far = abs(statistic.mean() - expected)
    assert far <= 4 * error + 1e-7, f"{what}: {statistic.mean():.4g}, expected {expected:.4g}"


def assert_law(
    found: Floats,
    mean: float,
    covariance: Floats,
    lags: Mapping[tuple[int, int], float] | None = None,
) -> None:
    """Mean and 3x3 covariance of the channels, and the correlation of pixels at some distances.

    lags: (down, right) -> correlation within a channel; 0 for neighbours where not stated.
    """
    found = found - mean
    for channel in range(3):
        assert_expected(found[..., channel].mean((1, 2)), 0.0, f"mean of channel {channel}")
        for other in range(channel, 3):
            product = (found[..., channel] * found[..., other]).mean((1, 2))
            assert_expected(product, covariance[channel, other], f"covariance {channel}{other}")
        for (down, right), correlation in {(0, 1): 0.0, (1, 0): 0.0, **(lags or {})}.items():
            near = found[:, : SIDE - down, : SIDE - right, channel]
            product = (near * found[:, down:, right:, channel]).mean((1, 2))
            expected = correlation * covariance[channel, channel]
            assert_expected(product, expected, f"channel {channel} at {down}, {right}")


def equal_channels(variance: float, grey: bool = False) -> Floats:
    """A covariance of three like channels: independent, or one field."""
    return variance * (np.ones((3, 3)) if grey else np.eye(3))
