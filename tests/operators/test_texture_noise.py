"""Scaled noise and film grain: variance, correlation, and the law of density."""

from __future__ import annotations

import math

import numpy as np
import pytest

from degrade.functional.film import grain_variance
from degrade.operators.texture_noise import FILM_GRAIN, SCALED_NOISE
from tests.noise_statistics import LEVELS, assert_expected, assert_law, equal_channels, noise
from tests.operators.weights import pixel_weights

FIVE_LEVELS = pytest.mark.parametrize("level", LEVELS)


@FIVE_LEVELS
@pytest.mark.parametrize("grey", [False, True])
@pytest.mark.parametrize(
    ("pitch", "enlarging"), [(1.0, "bicubic"), (2.7, "bilinear"), (4.0, "bicubic")]
)
def test_scaled_noise(level: float, pitch: float, enlarging: str, grey: bool) -> None:
    values = {"sigma_255": 20.0, "pitch_px": pitch, "filter": enlarging}
    found = noise(SCALED_NOISE, level, grey=grey, **values)
    shared = pixel_weights(pitch, enlarging == "bicubic")
    shared = shared @ shared.T
    along = {lag: float(np.diagonal(shared, lag).mean()) for lag in (0, 1, 2, 5)}
    lags = {(down, right): along[down] * along[right] for down in along for right in along}
    assert_law(found, 0.0, equal_channels((20 / 255) ** 2, grey), lags)


def test_scaled_noise_has_its_sigma_at_every_pixel() -> None:
    """Not only on average: between the grid's points too."""
    found = noise(SCALED_NOISE, 0.5, keys=600, sigma_255=20.0, pitch_px=4.0)
    for row in range(4):
        for column in range(4):
            power = (found[:, row::4, column::4] ** 2).mean((1, 2, 3))
            assert_expected(power, (20 / 255) ** 2, f"variance at {row}, {column}")


@FIVE_LEVELS
@pytest.mark.parametrize("grey", [False, True])
@pytest.mark.parametrize("size", [0.0, 0.8, 2.0])
def test_film_grain(level: float, size: float, grey: bool) -> None:
    """The law's variance at the level; between pixels d apart the correlation exp(-d^2 / 4 size^2)."""
    found = noise(FILM_GRAIN, level, sigma_255=20.0, size_px=size, grey=grey)
    ratio = (grain_variance(np.array([level])) / grain_variance(np.array([0.5])))[0]

    def correlation(distance: int) -> float:
        if size == 0:
            return float(distance == 0)
        # The sum over whole pixels, cut at 3.5 size, as against the integral: 0.005 off at 0.8 px.
        offsets = np.arange(-math.ceil(3.5 * size), math.ceil(3.5 * size) + 1)
        weights = np.exp(-(offsets**2) / (2 * size**2))
        both = weights[: len(weights) - distance] * weights[distance:]
        exact = both.sum() / (weights**2).sum()
        assert exact == pytest.approx(math.exp(-(distance**2) / (4 * size**2)), abs=6e-3)
        return float(exact)

    distances = (0, 1, 3)
    lags = {
        (down, right): correlation(down) * correlation(right)
        for down in distances
        for right in distances
    }
    assert_law(found, 0.0, equal_channels(ratio * (20 / 255) ** 2, grey), lags)


@pytest.mark.parametrize(
    ("operator", "values"), [(SCALED_NOISE, {"pitch_px": 2.0}), (FILM_GRAIN, {"size_px": 0.8})]
)
def test_grey_noise_of_two_samples_is_uncorrelated(operator, values) -> None:
    found = noise(operator, 0.5, grey=True, sigma_255=20.0, **values)
    products = (found[::2, ..., 0] * found[1::2, ..., 0]).mean((1, 2))
    assert_expected(products, 0.0, "covariance of two samples")
    assert np.array_equal(found[..., 0], found[..., 1])
