from __future__ import annotations

import numpy as np
import pytest
import torch

from realsr.losses.base import Batch
from realsr.losses.frequency import focal_frequency

from .images import image, loss, pair


@pytest.mark.parametrize("norm", ["backward", "ortho"])
def test_spectrum_l1_is_numpys(norm: str) -> None:
    batch = pair(2, 3, 6, 7)
    spectra = [np.fft.fft2(images.numpy(), norm=norm) for images in (batch.sr, batch.hr)]
    difference = spectra[0] - spectra[1]
    expected = (np.abs(difference.real).mean() + np.abs(difference.imag).mean()) / 2
    assert float(loss("fft", norm=norm)(batch)) == pytest.approx(expected, abs=1e-12)


def weights(batch: Batch, alpha: float) -> tuple[np.ndarray, np.ndarray]:
    size = np.abs(np.fft.fft2((batch.sr.detach() - batch.hr).numpy(), norm="ortho"))
    weight = size**alpha
    return weight / weight.max(axis=(2, 3), keepdims=True), size


@pytest.mark.parametrize("alpha", [0.0, 1.0, 2.0])
def test_focal_frequency_is_numpys(alpha: float) -> None:
    batch = pair(2, 3, 6, 7)
    weight, size = weights(batch, alpha)
    found = float(loss("focal_frequency", alpha=alpha)(batch))
    assert found == pytest.approx((weight * size**2).mean(), abs=1e-12)


def test_unweighted_it_is_the_mean_squared_error() -> None:
    """Parseval: an orthonormal transform keeps the sum of squares."""
    batch = pair(1, 1, 5, 8)
    expected = float((batch.sr - batch.hr).square().mean())
    assert float(loss("focal_frequency", alpha=0.0)(batch)) == pytest.approx(expected, abs=1e-12)


def test_the_weight_is_a_constant_to_the_gradient() -> None:
    """d/dsr of mean(w |F d|^2) at fixed w is 2 / n times the inverse transform of w F d."""
    batch = pair(1, 2, 5, 6)
    sr = batch.sr.clone().requires_grad_(True)
    (gradient,) = torch.autograd.grad(focal_frequency(sr, batch.hr), sr)
    weight, _ = weights(batch, 1.0)
    spectrum = np.fft.fft2((batch.sr - batch.hr).numpy(), norm="ortho")
    expected = 2 / sr.numel() * np.fft.ifft2(weight * spectrum, norm="ortho").real
    np.testing.assert_allclose(gradient.numpy(), expected, atol=1e-12)


def test_equal_images_have_neither_loss_nor_gradient() -> None:
    hr = image(4, 1, 3, 6, 6)
    sr = hr.clone().requires_grad_(True)
    found = focal_frequency(sr, hr)
    (gradient,) = torch.autograd.grad(found, sr)
    assert float(found.detach()) == 0
    assert torch.equal(gradient, torch.zeros_like(gradient))
