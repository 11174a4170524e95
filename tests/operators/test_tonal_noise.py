"""Noise in a range of tones: the window and its law."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from degrade.operators.tonal_noise import TONAL_NOISE
from tests.forms import fast
from tests.noise_statistics import (
    LEVELS,
    assert_expected,
    assert_law,
    equal_channels,
    noise,
    record,
)


def window(level: float, low: float, high: float, softness: float) -> float:
    beyond = max(low - level, level - high, 0.0)
    if softness == 0.0:
        return float(beyond == 0.0)
    t = max(0.0, 1.0 - beyond / softness)
    return 3 * t**2 - 2 * t**3


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("grey", [False, True])
@pytest.mark.parametrize(
    ("low", "high", "softness"), [(0.0, 0.4, 0.3), (0.6, 1.0, 0.0), (0.2, 0.3, 1.0)]
)
def test_tonal_noise(level: float, grey: bool, low: float, high: float, softness: float) -> None:
    values = {"low": low, "high": high, "softness": softness}
    found = noise(TONAL_NOISE, level, sigma_255=20.0, grey=grey, **values)
    sigma = 20 / 255 * window(level, low, high, softness)
    assert_law(found, 0.0, equal_channels(sigma**2, grey))
    stated = TONAL_NOISE.facts.strength(record(TONAL_NOISE, sigma_255=20.0, **values))
    expected = 20.0 * window(128 / 255, low, high, softness)
    assert stated["mid_grey_noise_sigma_255"] == pytest.approx(expected)


def test_the_window_is_of_luma_and_shared_by_channels() -> None:
    """Pure green is bright, pure blue is dark."""
    image = np.zeros((40, 80, 3), np.float32)
    image[:, :40, 1] = image[:, 40:, 2] = 1.0
    values = record(TONAL_NOISE, sigma_255=20.0, low=0.5, softness=0.1)
    added = fast(TONAL_NOISE, image, values) - image
    assert (added[:, 40:] == 0).all()
    assert 255 * added[:, :40].std((0, 1)) == pytest.approx([20.0] * 3, rel=0.08)


def test_white_and_black_belong_to_their_ranges() -> None:
    for level, low, high in ((1.0, 1.0, 1.0), (0.0, 0.0, 0.0)):
        image = np.full((20, 20, 3), level, np.float32)
        values = record(TONAL_NOISE, sigma_255=20.0, low=low, high=high, softness=0.0)
        plain = record(TONAL_NOISE, sigma_255=20.0)
        np.testing.assert_allclose(
            fast(TONAL_NOISE, image, values), fast(TONAL_NOISE, image, plain), atol=1e-6
        )


def test_grey_noise_of_two_samples_is_uncorrelated() -> None:
    found = noise(TONAL_NOISE, 0.5, grey=True, sigma_255=20.0)
    products = (found[::2, ..., 0] * found[1::2, ..., 0]).mean((1, 2))
    assert_expected(products, 0.0, "covariance of two samples")
    assert np.array_equal(found[..., 0], found[..., 2])


def test_a_range_upside_down_is_refused() -> None:
    with pytest.raises(ValidationError, match="low at most high"):
        record(TONAL_NOISE, sigma_255=20.0, low=0.6, high=0.5)
