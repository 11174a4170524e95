"""MTF50 against closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from degrade.functional.mtf import modulation, mtf50
from degrade.functional.psf import gaussian_psf


def gaussian(sigma_x: float, sigma_y: float) -> np.ndarray:
    vectors = [torch.tensor([value], dtype=torch.float64) for value in (sigma_x, sigma_y, 0.0)]
    return gaussian_psf(torch.tensor([61]), *vectors, 61)[0].numpy()


@pytest.mark.parametrize("sigma", [1.0, 1.7, 3.0, 6.0])
def test_a_gaussian_has_its_closed_form(sigma: float) -> None:
    expected = math.sqrt(math.log(2) / 2) / (math.pi * sigma)
    for angle in (None, 0.0, 0.4, math.pi / 2):
        assert mtf50(gaussian(sigma, sigma), angle) == pytest.approx(expected, abs=2e-6)


def test_directions_are_told_apart() -> None:
    kernel = gaussian(1.5, 4.0)
    law = math.sqrt(math.log(2) / 2) / math.pi
    assert mtf50(kernel, 0.0) == pytest.approx(law / 1.5, abs=2e-6)
    assert mtf50(kernel, math.pi / 2) == pytest.approx(law / 4.0, abs=2e-6)
    assert law / 4.0 < mtf50(kernel) < law / 1.5


def test_a_box_is_a_dirichlet_kernel() -> None:
    kernel = np.zeros((5, 5))
    kernel[2] = 0.2
    frequency = np.array([0.05, 0.2, 0.31])
    expected = np.abs(np.sin(5 * np.pi * frequency) / (5 * np.sin(np.pi * frequency)))
    np.testing.assert_allclose(modulation(kernel, frequency, 0.0), expected, atol=1e-15)
    assert mtf50(kernel, math.pi / 2) == 0.5


def test_no_blur_keeps_all_to_the_nyquist_frequency() -> None:
    assert mtf50(np.ones((1, 1))) == 0.5
    assert mtf50(gaussian(0.2, 0.2)) == 0.5
