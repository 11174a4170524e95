"""Speckle, salt and pepper, uniform, Laplace and Rician noise: their laws."""

from __future__ import annotations

import math

import numpy as np
import pytest
from pydantic import ValidationError

from degrade.operators.independent_noise import (
    LAPLACE_NOISE,
    RICIAN_NOISE,
    ROWS,
    SALT_PEPPER_NOISE,
    SPECKLE_NOISE,
    UNIFORM_NOISE,
    rician_moments,
)
from tests.forms import fast
from tests.noise_statistics import LEVELS, assert_law, equal_channels, noise, record

GREY = pytest.mark.parametrize("grey", [False, True])
FIVE_LEVELS = pytest.mark.parametrize("level", LEVELS)
VALUES = {"salt_pepper_noise": {"amount": 0.2}}


@GREY
@FIVE_LEVELS
def test_speckle(level: float, grey: bool) -> None:
    found = noise(SPECKLE_NOISE, level, sigma_255=25.0, grey=grey)
    assert_law(found, 0.0, equal_channels((level * 25 / 255) ** 2, grey))


@GREY
@FIVE_LEVELS
@pytest.mark.parametrize("operator", [UNIFORM_NOISE, LAPLACE_NOISE], ids=lambda row: row.name)
def test_uniform_and_laplace(operator, level: float, grey: bool) -> None:
    found = noise(operator, level, sigma_255=20.0, grey=grey)
    assert_law(found, 0.0, equal_channels((20 / 255) ** 2, grey))


def test_uniform_noise_is_uniform() -> None:
    found = noise(UNIFORM_NOISE, 0.5, sigma_255=20.0).ravel() * 255
    half = 20 * math.sqrt(3)
    assert np.abs(found).max() < half * (1 + 1e-5)
    counts = np.histogram(found, 16, (-half, half))[0]
    expected = found.size / 16
    assert ((counts - expected) ** 2 / expected).sum() < 15 + 4 * math.sqrt(30)


def test_laplace_noise_has_laplace_tails() -> None:
    """P(|n| > t) = exp(-t / scale), the scale being sigma / sqrt 2."""
    found = np.abs(noise(LAPLACE_NOISE, 0.5, sigma_255=20.0).ravel()) * 255 * math.sqrt(2) / 20
    for t in (0.1, 0.5, 1.0, 2.0, 4.0, 8.0):
        p = math.exp(-t)
        assert abs((found > t).mean() - p) < 4 * math.sqrt(p * (1 - p) / found.size)


@GREY
@FIVE_LEVELS
def test_rician(level: float, grey: bool) -> None:
    mean, sigma = rician_moments(level, 30 / 255)
    found = noise(RICIAN_NOISE, level, sigma_255=30.0, grey=grey)
    assert_law(found, mean - level, equal_channels(sigma**2, grey))


def test_rician_at_black_is_rayleigh() -> None:
    mean, sigma = rician_moments(0.0, 0.2)
    assert mean == pytest.approx(0.2 * math.sqrt(math.pi / 2), rel=1e-12)
    assert sigma == pytest.approx(0.2 * math.sqrt(2 - math.pi / 2), rel=1e-12)
    assert rician_moments(1.0, 0.001)[0] == pytest.approx(1.0 + 0.001**2 / 2, rel=1e-9)


@GREY
@FIVE_LEVELS
@pytest.mark.parametrize(("amount", "salt"), [(0.1, 0.5), (0.6, 0.8)])
def test_salt_and_pepper(level: float, amount: float, salt: float, grey: bool) -> None:
    found = noise(SALT_PEPPER_NOISE, level, amount=amount, salt=salt, grey=grey)
    up, down = 1 - level, -level
    mean = amount * (salt * up + (1 - salt) * down)
    variance = amount * (salt * up**2 + (1 - salt) * down**2) - mean**2
    assert_law(found, mean, equal_channels(variance, grey))


def test_salt_and_pepper_leaves_the_rest_and_reaches_its_ends() -> None:
    generator = np.random.default_rng(0)
    image = generator.uniform(0.1, 0.9, (40, 41, 3)).astype(np.float32)
    made = fast(SALT_PEPPER_NOISE, image, record(SALT_PEPPER_NOISE, amount=0.3))
    lost = made != image
    assert set(np.unique(made[lost])) == {0.0, 1.0}
    for amount, salt, expected in ((1.0, 1.0, np.ones_like(image)), (1.0, 0.0, 0 * image)):
        all_lost = fast(
            SALT_PEPPER_NOISE, image, record(SALT_PEPPER_NOISE, amount=amount, salt=salt)
        )
        assert np.array_equal(all_lost, expected)
    none = fast(SALT_PEPPER_NOISE, image, record(SALT_PEPPER_NOISE, amount=0.0))
    assert np.array_equal(none, image)


@pytest.mark.parametrize("operator", ROWS, ids=lambda row: row.name)
def test_grey_noise_of_two_samples_is_uncorrelated(operator) -> None:
    values = VALUES.get(operator.name, {"sigma_255": 20.0})
    found = noise(operator, 0.5, grey=True, **values)
    first, second = found[::2, ..., 0].ravel(), found[1::2, ..., 2].ravel()
    assert abs(np.corrcoef(first, second)[0, 1]) < 4 / math.sqrt(first.size)
    assert np.array_equal(found[..., 0], found[..., 1])


@pytest.mark.parametrize("operator", ROWS, ids=lambda row: row.name)
def test_strength_is_what_is_measured_at_mid_grey(operator) -> None:
    values = VALUES.get(operator.name, {"sigma_255": 20.0})
    found = 255 * noise(operator, 128 / 255, **values)
    stated = operator.facts.strength(record(operator, **values))
    assert found.std() == pytest.approx(stated["mid_grey_noise_sigma_255"], rel=0.01)
    assert found.mean() == pytest.approx(stated.get("mid_grey_bias_255", 0.0), abs=0.3)


@pytest.mark.parametrize(
    ("operator", "values"),
    [
        (SPECKLE_NOISE, {"sigma_255": -1}),
        (RICIAN_NOISE, {"sigma_255": 0}),
        (SALT_PEPPER_NOISE, {"amount": 1.1}),
        (SALT_PEPPER_NOISE, {"amount": 0.1, "salt": -0.1}),
        (UNIFORM_NOISE, {}),
    ],
)
def test_values_out_of_range_are_refused(operator, values) -> None:
    with pytest.raises(ValidationError):
        record(operator, **values)
