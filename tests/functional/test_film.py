"""The law of film grain against a simulated film."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from degrade.functional.film import grain_sigma, grain_variance

FILM, RADIUS = 96, 6.0


def covered_shares(density: float, films: int) -> np.ndarray:
    """The covered share of periodic films under discs at random places, `density` of them a pixel."""
    generator = np.random.default_rng(11)
    offset = (np.arange(FILM) + FILM // 2) % FILM - FILM // 2
    disc = (offset[:, None] ** 2 + offset[None, :] ** 2 <= RADIUS**2).astype(float)
    centres = generator.poisson(density, (films, FILM, FILM))
    cover = np.fft.irfft2(np.fft.rfft2(centres) * np.fft.rfft2(disc), s=(FILM, FILM))
    return (cover > 0.5).mean((1, 2))


@pytest.mark.parametrize("level", [0.1, 0.436, 0.7, 0.9])
def test_a_simulated_film_has_the_variance(level: float) -> None:
    """The variance of a film's covered share is r^2 V(u) / area, within 4 standard errors (16 %)."""
    films = 1200
    shares = covered_shares(-math.log(1 - level) / (math.pi * RADIUS**2), films)
    assert shares.mean() == pytest.approx(level, abs=0.01)
    expected = RADIUS**2 * grain_variance(np.array([level]))[0] / FILM**2
    assert shares.var() == pytest.approx(expected, rel=4 * math.sqrt(2 / films))


def test_ends_slope_and_peak() -> None:
    assert np.abs(grain_variance(np.array([0.0, 1.0]))).max() < 1e-15
    assert grain_variance(np.array([1e-6]))[0] == pytest.approx(math.pi * 1e-6, rel=1e-5)
    levels = np.linspace(0, 1, 2001)
    assert levels[grain_variance(levels).argmax()] == pytest.approx(0.436, abs=1e-3)


def test_the_table_is_the_law() -> None:
    levels = np.linspace(0, 1, 4099)
    exact = np.sqrt(grain_variance(levels) / grain_variance(np.array([0.5])))
    tabled = grain_sigma(torch.from_numpy(levels.astype(np.float32))).numpy()
    assert np.abs(tabled - exact).max() < 2e-3
    beyond = grain_sigma(torch.tensor([-1.0, 2.0]))
    assert torch.equal(beyond, torch.zeros(2))
