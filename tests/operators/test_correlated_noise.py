"""Noise of a stated covariance of the channels."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from degrade.errors import ImageError
from degrade.execute.singles import check_channels
from degrade.geometry import Size
from degrade.operators.correlated_noise import (
    BSRGAN_CORRELATED_NOISE,
    CORRELATED_NOISE,
    factor,
)
from tests.forms import planned
from tests.noise_statistics import LEVELS, assert_law, noise, record

NAMES = (
    "sigma_red_255",
    "sigma_green_255",
    "sigma_blue_255",
    "red_green",
    "red_blue",
    "green_blue",
)
PLAIN = dict(zip(NAMES, (10.0, 20.0, 30.0, 0.6, -0.4, 0.1), strict=True))
SHARED = dict(zip(NAMES, (15.0, 15.0, 15.0, 1.0, 1.0, 1.0), strict=True))


def bsrgan_values(generator: np.random.Generator) -> tuple[dict[str, float], np.ndarray]:
    """Values as BSRGAN draws them, and the covariance of its own formula."""
    orth = pytest.importorskip("scipy.linalg").orth
    shares, matrix = generator.random(3), generator.random((3, 3))
    values = {f"d_{axis + 1}": float(shares[axis]) for axis in range(3)}
    for row in range(3):
        for place in range(3):
            values[f"m_{row + 1}{place + 1}"] = float(matrix[row, place])
    basis = orth(matrix)
    conv = np.dot(np.dot(np.transpose(basis), np.diag(shares)), basis)
    return values, np.abs((25 / 255.0) ** 2 * conv)


@pytest.mark.parametrize("speckle", [False, True])
@pytest.mark.parametrize("level", LEVELS)
def test_plain_covariance(level: float, speckle: bool) -> None:
    found = noise(CORRELATED_NOISE, level, **PLAIN, speckle=speckle)
    sigma = np.array([10.0, 20.0, 30.0]) / 255 * (level if speckle else 1.0)
    correlation = np.array([[1, 0.6, -0.4], [0.6, 1, 0.1], [-0.4, 0.1, 1]])
    assert_law(found, 0.0, correlation * np.outer(sigma, sigma))


@pytest.mark.parametrize("level", LEVELS)
def test_bsrgan_covariance(level: float) -> None:
    values, covariance = bsrgan_values(np.random.default_rng(int(1000 * level)))
    assert_law(noise(BSRGAN_CORRELATED_NOISE, level, **values), 0.0, covariance)


def test_bsrgan_covariance_is_the_published_formula_and_always_one() -> None:
    generator = np.random.default_rng(5)
    for _ in range(300):
        values, published = bsrgan_values(generator)
        made = record(BSRGAN_CORRELATED_NOISE, **values).covariance()
        assert np.allclose(made, published, rtol=1e-9, atol=1e-15)
        assert np.linalg.eigvalsh(made)[0] > -1e-15


def test_the_factor_of_any_covariance() -> None:
    generator = np.random.default_rng(6)
    for rank in (1, 2, 3):
        for _ in range(50):
            axes = generator.normal(size=(3, rank))
            covariance = axes @ axes.T
            lower = np.array(factor(covariance))
            assert np.allclose(lower @ lower.T, covariance, rtol=1e-6, atol=1e-6)
            assert np.array_equal(lower, np.tril(lower))
    assert factor(np.zeros((3, 3))) == [[0.0] * 3] * 3


def test_full_correlation_is_one_field() -> None:
    found = noise(CORRELATED_NOISE, 0.5, **SHARED)
    assert np.abs(found[..., 0] - found[..., 2]).max() < 2e-7
    first, second = found[::2, ..., 0].ravel(), found[1::2, ..., 0].ravel()
    assert abs(np.corrcoef(first, second)[0, 1]) < 4 / np.sqrt(first.size)


def test_impossible_correlations_are_refused() -> None:
    with pytest.raises(ValidationError, match="exclude one another"):
        record(CORRELATED_NOISE, **{**PLAIN, "red_green": 0.9, "red_blue": 0.9, "green_blue": -0.9})


def test_strength_is_the_root_of_the_mean_variance() -> None:
    found = 255 * noise(CORRELATED_NOISE, 128 / 255, **PLAIN, speckle=True)
    stated = CORRELATED_NOISE.facts.strength(record(CORRELATED_NOISE, **PLAIN, speckle=True))
    measured = np.sqrt((found**2).mean())
    assert measured == pytest.approx(stated["mid_grey_noise_sigma_255"], rel=0.01)
    assert (
        CORRELATED_NOISE.words.phrase(record(CORRELATED_NOISE, **PLAIN))
        == "correlated noise 21.6/255"
    )


def test_only_three_channels_are_taken() -> None:
    step = planned(CORRELATED_NOISE, record(CORRELATED_NOISE, **PLAIN), Size(4, 4))
    with pytest.raises(ImageError, match="takes 3 channels"):
        check_channels(step, 1)
