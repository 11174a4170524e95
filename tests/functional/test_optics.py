"""Lens kernels against published files, closed forms and one another."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy import io, special

from degrade.functional import optics
from degrade.functional.mtf import modulation
from degrade.functional.optics import Wavefront


def doubles(*values: float) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64)


def moments(kernel: np.ndarray) -> tuple[float, float]:
    offsets = np.arange(len(kernel)) - len(kernel) // 2
    return float((kernel.sum(0) * offsets).sum()), float((kernel.sum(1) * offsets).sum())


@pytest.mark.data
@pytest.mark.parametrize("number", range(1, 9))
def test_published_disks(shared_data: Path, number: int) -> None:
    """Radii 1.8, 2.4, ... 6.0."""
    stored = io.loadmat(shared_data / f"golden/kernels/dpsr/d_{number:02}.mat")["kernel"]
    radius = 1.2 + 0.6 * number
    assert 2 * optics.disk_radius(radius) + 1 == len(stored)
    np.testing.assert_allclose(
        optics.disk_psf(doubles(radius), len(stored))[0].numpy(), stored, atol=1e-11
    )


@pytest.mark.parametrize("radius", [0.2, 0.5, 0.7, 1.0, 1.5, 3.21, 8.0])
def test_a_disk_weighs_pixels_by_area(radius: float) -> None:
    """Against 200 x 200 points a pixel."""
    size, points = 2 * optics.disk_radius(radius) + 1, 200
    fine = (np.arange(size * points) + 0.5) / points - size / 2
    inside = np.hypot(fine[:, None], fine[None, :]) <= radius
    expected = inside.reshape(size, points, size, points).mean((1, 3)) / (math.pi * radius**2)
    kernel = optics.disk_psf(doubles(radius), size)[0].numpy()
    np.testing.assert_allclose(kernel, expected, atol=2e-3 / max(1, radius**2))
    assert kernel.sum() == pytest.approx(1.0, abs=1e-15)


def test_a_canvas_changes_no_disk() -> None:
    small = optics.disk_psf(doubles(2.4), 5)
    wide = optics.disk_psf(doubles(2.4, 5.3), 13)[:1]
    assert torch.equal(wide[:, 4:9, 4:9], small)


def test_airy_is_the_published_formula() -> None:
    x, y = np.meshgrid(np.arange(-10.0, 11.0), np.arange(-10.0, 11.0))
    v = np.maximum(3.8317059702075125 * np.hypot(x, y) / 2.7, 1e-9)
    expected = (2 * special.j1(v) / v) ** 2
    expected[10, 10] = 1.0
    kernel = optics.airy_psf(torch.tensor([21]), doubles(2.7), 21)[0].numpy()
    np.testing.assert_allclose(kernel, expected / expected.sum(), atol=1e-11)


def test_the_first_dark_ring() -> None:
    kernel = optics.airy_psf(torch.tensor([15]), doubles(4.0), 15)[0].numpy()
    assert kernel[7, 11] < 1e-12 < kernel[7, 10]
    assert kernel[7, 12] > 1e-6


def test_diffraction_passes_nothing_beyond_the_cutoff() -> None:
    """The modulation of a circular aperture: (2 / pi) (acos s - s sqrt(1 - s^2)), s = f / cutoff."""
    zero_radius = 5.0
    cutoff = optics.AIRY_RADIUS / zero_radius
    kernel = optics.airy_psf(torch.tensor([127]), doubles(zero_radius), 127)[0].numpy()
    s = np.array([0.2, 0.4, 0.6, 0.8])
    law = 2 / np.pi * (np.arccos(s) - s * np.sqrt(1 - s * s))
    np.testing.assert_allclose(modulation(kernel, s * cutoff, 0.0), law, atol=0.015)
    assert modulation(kernel, np.array([1.2 * cutoff]), 0.3)[0] < 5e-3


def test_a_perfect_pupil_is_airy() -> None:
    for zero_radius in (1.0, 2.0, 3.5):
        airy = optics.airy_psf(torch.tensor([25]), doubles(zero_radius), 25)[0].numpy()
        pupil = optics.zernike_psf(25, zero_radius, Wavefront())
        np.testing.assert_allclose(pupil, airy, atol=5e-4 * airy.max())


NAMES = ("defocus", "astigmatism", "astigmatism_45", "coma_x", "coma_y", "spherical")


def test_polynomials_are_orthonormal_over_the_pupil() -> None:
    """Noll's normalisation: root mean square 1 and no correlation, mean 0."""
    axis = (np.arange(800) + 0.5) / 400 - 1
    x, y = np.meshgrid(axis, axis)
    inside = np.hypot(x, y) <= 1
    terms = [optics.zernike_phase(Wavefront(**{n: 1.0}), x, y)[inside] for n in NAMES]
    np.testing.assert_allclose(np.cov(terms, bias=True), np.eye(6), atol=5e-3)
    np.testing.assert_allclose(np.mean(terms, axis=1), 0.0, atol=5e-3)


@pytest.mark.parametrize("name", NAMES)
def test_small_aberrations_follow_strehl(name: str) -> None:
    """Peak over the perfect peak, exp(-(2 pi w)^2) by Mahajan; the light is spread over a wide kernel."""
    kernels = [optics.zernike_psf(61, 4.0, w) for w in (Wavefront(), Wavefront(**{name: 0.05}))]
    strehl = kernels[1].max() / kernels[0].max()
    assert strehl == pytest.approx(math.exp(-((2 * math.pi * 0.05) ** 2)), abs=0.02)


def test_coma_is_centred() -> None:
    for size, wavefront in ((21, Wavefront(coma_x=0.3, coma_y=-0.2)), (9, Wavefront(coma_y=0.15))):
        kernel = optics.zernike_psf(size, 1.8, wavefront)
        assert np.abs(moments(kernel)).max() < 1e-3
        assert np.abs(kernel - kernel[::-1, ::-1]).max() > 1e-3
        assert kernel.sum() == pytest.approx(1.0, abs=1e-12)


def test_astigmatism_has_its_axes() -> None:
    """With defocus of either sign it focuses one axis and blurs the other; the oblique one the diagonals."""
    kernel = optics.zernike_psf(31, 2.0, Wavefront(astigmatism=0.3, defocus=0.3))
    squares = (np.arange(31) - 15) ** 2
    assert (kernel.sum(0) * squares).sum() > 2 * (kernel.sum(1) * squares).sum()
    turned = optics.zernike_psf(31, 2.0, Wavefront(astigmatism_45=0.3, defocus=0.3))
    offsets = np.arange(31) - 15
    assert (turned * np.outer(offsets, offsets)).sum() > 1.0
