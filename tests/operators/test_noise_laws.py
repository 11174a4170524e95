"""Gaussian and Poisson noise at five grey levels: mean, variance, correlation of channels and of pixels."""

from __future__ import annotations

import numpy as np
import pytest

from degrade.functional.color import ROUNDED_BT601
from degrade.operators.noise import GAUSSIAN_NOISE, POISSON_NOISE
from tests.noise_statistics import LEVELS, assert_expected, assert_law, equal_channels, noise

FIVE_LEVELS = pytest.mark.parametrize("level", LEVELS)
GREY = pytest.mark.parametrize("grey", [False, True])


@FIVE_LEVELS
@GREY
def test_gaussian(level: float, grey: bool) -> None:
    found = noise(GAUSSIAN_NOISE, level, sigma_255=20.0, grey=grey)
    assert_law(found, 0.0, equal_channels((20 / 255) ** 2, grey))


@FIVE_LEVELS
@GREY
@pytest.mark.parametrize(("count", "scale"), [(12.5, 0.4), ("distinct", 0.1)])
def test_poisson(level: float, grey: bool, count: float | str, scale: float) -> None:
    """Variance scale**2 level / count; a flat image has one distinct level."""
    found = noise(POISSON_NOISE, level, count=count, scale=scale, grey=grey)
    seen = level * sum(ROUNDED_BT601) if grey else level
    number = 1.0 if count == "distinct" else float(count)
    variance = scale**2 * np.rint(np.float32(255 * seen)) / 255 / number
    assert_law(found, 0.0, equal_channels(variance, grey))


@pytest.mark.parametrize(
    ("operator", "values"),
    [(GAUSSIAN_NOISE, {"sigma_255": 20.0}), (POISSON_NOISE, {"count": 100.0})],
)
def test_grey_noise_of_two_samples_is_uncorrelated(operator, values) -> None:
    found = noise(operator, 0.5, grey=True, **values)
    products = (found[::2, ..., 0] * found[1::2, ..., 0]).mean((1, 2))
    assert_expected(products, 0.0, "covariance of two samples")
    assert np.array_equal(found[..., 0], found[..., 2])
