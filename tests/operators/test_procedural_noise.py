"""Coloured, smeared and Perlin noise: variance, correlation and spectrum."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from numpy.polynomial import Polynomial
from scipy import signal

from degrade.functional.fields import octave_weights
from degrade.functional.gradient_noise import VARIANCE
from degrade.functional.motion import line_psf
from degrade.operators.procedural_noise import COLOURED_NOISE, PERLIN_NOISE, ROWS, SMEARED_NOISE
from tests.forms import fast
from tests.noise_statistics import (
    LEVELS,
    assert_expected,
    assert_law,
    equal_channels,
    noise,
    record,
)
from tests.operators.weights import pixel_weights

FIVE_LEVELS = pytest.mark.parametrize("level", LEVELS)
GREY = pytest.mark.parametrize("grey", [False, True])
DISTANCES = (0, 1, 3, 6)
SIGMA = 20.0
VARIANCE_255 = (SIGMA / 255) ** 2
VALUES = {
    "coloured_noise": {"alpha": 1.2},
    "smeared_noise": {"length": 7.3, "angle": 0.7},
    "perlin_noise": {"cell_px": 5.0, "octaves": 2},
}


def along_pitch(pitch: float) -> dict[int, float]:
    """Correlation of pixels of a row at some distances on a grid of this pitch, the mean over pixels."""
    shared = pixel_weights(pitch, smooth=True)
    shared = shared @ shared.T
    return {lag: float(np.diagonal(shared, lag).mean()) for lag in DISTANCES}


@FIVE_LEVELS
@GREY
@pytest.mark.parametrize(("alpha", "octaves"), [(0.0, 2), (1.0, 6), (2.6, 4)])
def test_coloured_noise(level: float, grey: bool, alpha: float, octaves: int) -> None:
    found = noise(COLOURED_NOISE, level, sigma_255=SIGMA, alpha=alpha, octaves=octaves, grey=grey)
    lags = dict.fromkeys([(down, right) for down in DISTANCES for right in DISTANCES], 0.0)
    for octave, weight in enumerate(octave_weights(alpha, octaves, octaves)):
        along = along_pitch(2.0**octave)
        for down, right in lags:
            lags[down, right] += weight**2 * along[down] * along[right]
    assert lags[0, 0] == pytest.approx(1.0, abs=1e-12)
    assert_law(found, 0.0, equal_channels(VARIANCE_255, grey), lags)


def test_coloured_noise_has_its_sigma_at_every_pixel() -> None:
    found = noise(COLOURED_NOISE, 0.5, keys=600, sigma_255=SIGMA, alpha=2.0, octaves=4)
    for row in range(8):
        for column in range(8):
            power = (found[:, row::8, column::8] ** 2).mean((1, 2, 3))
            assert_expected(power, VARIANCE_255, f"variance at {row}, {column}")


@pytest.mark.parametrize("alpha", [0.0, 0.5, 1.0, 2.0, 3.0])
def test_the_spectrum_falls_as_stated(alpha: float) -> None:
    """Half-octave rings from 1/64 to 1/4 cycles per pixel: slope within 0.15, level within 1.2 dB."""
    side = 256
    window = np.hanning(side + 1)[:side]
    window = (window[:, None] * window)[..., None]
    flat = np.zeros((side, side, 3), np.float32)
    power = np.zeros((side, side))
    for key in range(12):
        one = record(COLOURED_NOISE, sigma_255=SIGMA, alpha=alpha, key=f"{key:016x}")
        field = fast(COLOURED_NOISE, flat, one).astype(np.float64)
        power += (np.abs(np.fft.fft2(field * window, axes=(0, 1))) ** 2).mean(2)
    axis = np.fft.fftfreq(side)
    frequency = np.hypot(axis[:, None], axis)
    edges = 2.0 ** np.arange(-6, -1.9, 0.5)
    rings = [(frequency >= a) & (frequency < b) for a, b in pairwise(edges)]
    decibels = np.array(
        [10 * np.log10(power[ring].mean() / (frequency[ring] ** -alpha).mean()) for ring in rings]
    )
    extra = np.polyfit(np.arange(len(rings)) / 2, decibels / (10 * np.log10(2)), 1)[0]
    assert abs(extra) < 0.15
    assert np.abs(decibels - decibels.mean()).max() < 1.2


@FIVE_LEVELS
@GREY
@pytest.mark.parametrize(("length", "angle"), [(7.3, 0.7), (12.0, -math.pi / 2)])
def test_smeared_noise(level: float, grey: bool, length: float, angle: float) -> None:
    """The line's own correlation; a swapped axis or turned angle has another."""
    found = noise(SMEARED_NOISE, level, sigma_255=SIGMA, length=length, angle=angle, grey=grey)
    kernel = line_psf([length], [angle], 15)[0].numpy()
    shared = signal.correlate2d(kernel, kernel)
    shared /= shared[14, 14]
    places = [(0, 1), (1, 0), (1, 1), (0, 5), (5, 0), (4, 3), (3, 4)]
    lags = {(down, right): float(shared[14 + down, 14 + right]) for down, right in places}
    assert_law(found, 0.0, equal_channels(VARIANCE_255, grey), lags)
    # Where the line falls to the right, down and right differs from down and left.
    product = (found[:, :-3, 3:, 0] * found[:, 3:, :-3, 0]).mean((1, 2))
    assert_expected(product, VARIANCE_255 * shared[14 + 3, 14 - 3], "down and left")


def blend() -> Polynomial:
    return Polynomial([1, 0, 0, -10, 15, -6])


def test_the_variance_of_gradient_noise() -> None:
    """The integrals of k**2 and (t k)**2 over -1..1, as fractions."""

    def integral(powers: list[int]) -> Fraction:
        return 2 * sum(Fraction(c, n + 1) for n, c in enumerate(powers))

    square = [round(c) for c in (blend() ** 2).coef]
    assert float(integral(square) * integral([0, 0, *square])) == pytest.approx(VARIANCE, rel=1e-15)
    assert integral(square) == Fraction(181, 231)


def gradient_correlation(down: float, right: float) -> float:
    """Of gradient noise at a distance in cells, by quadrature."""
    t = np.linspace(-1, 1, 20001)

    def k(x: np.ndarray) -> np.ndarray:
        return np.where(np.abs(x) < 1, blend()(np.abs(x)), 0.0)

    def both(lag: float) -> tuple[float, float]:
        product = k(t) * k(t + lag)
        return float(np.trapezoid(product, t)), float(np.trapezoid(t * (t + lag) * product, t))

    (k_y, m_y), (k_x, m_x) = both(down), both(right)
    return (m_y * k_x + k_y * m_x) / (2 * VARIANCE)


@FIVE_LEVELS
@GREY
@pytest.mark.parametrize(
    ("cell", "octaves", "growth"), [(1.0, 1, 2.0), (5.3, 1, 2.0), (3.0, 3, 1.5)]
)
def test_perlin_noise(level: float, grey: bool, cell: float, octaves: int, growth: float) -> None:
    values = {"cell_px": cell, "octaves": octaves, "growth": growth}
    found = noise(PERLIN_NOISE, level, sigma_255=SIGMA, grey=grey, **values)
    shares = np.array([growth ** (2 * octave) for octave in range(octaves)])
    lags = {
        (down, right): sum(
            share * gradient_correlation(down / side, right / side)
            for share, side in zip(
                shares / shares.sum(), cell * 2.0 ** np.arange(octaves), strict=True
            )
        )
        for down in DISTANCES
        for right in DISTANCES
    }
    assert lags[0, 0] == pytest.approx(1.0, abs=1e-6)
    assert_law(found, 0.0, equal_channels(VARIANCE_255, grey), lags)


def test_perlin_noise_has_its_sigma_at_every_pixel() -> None:
    """Though it vanishes at each point of its lattice: that lies elsewhere for every key."""
    found = noise(PERLIN_NOISE, 0.5, keys=1500, sigma_255=SIGMA, cell_px=4.0)
    for row in range(4):
        power = (found[:, row::4, 1::4] ** 2).mean((1, 2, 3))
        assert_expected(power, VARIANCE_255, f"variance at {row}")


@pytest.mark.parametrize("operator", ROWS, ids=lambda row: row.name)
def test_grey_noise_of_two_samples_is_uncorrelated(operator) -> None:
    found = noise(operator, 0.5, grey=True, sigma_255=SIGMA, **VALUES[operator.name])
    products = (found[::2, ..., 0] * found[1::2, ..., 0]).mean((1, 2))
    assert_expected(products, 0.0, "covariance of two samples")
    assert np.array_equal(found[..., 0], found[..., 2])
