from __future__ import annotations

import numpy as np
import pytest
import torch

from realsr.losses.base import Batch
from realsr.losses.gradients import gradient_map, total_variation

from .images import loss, pair


def test_total_variation_by_hand() -> None:
    image = torch.tensor([[[[0.0, 1.0, 3.0], [2.0, 2.0, 2.0]]]])
    assert float(total_variation(image)) == pytest.approx((1 + 2 + 0 + 0) / 4 + (2 + 1 + 1) / 3)


def test_gradient_map_of_a_slope() -> None:
    """I = 3 x + 4 y rises by 6 and 8 over two pixels, so by 10 along its gradient."""
    y, x = torch.meshgrid(torch.arange(5.0), torch.arange(6.0), indexing="ij")
    found = gradient_map((3 * x + 4 * y)[None, None], eps=1e-6)
    assert found.shape == (1, 1, 3, 4)
    assert found.flatten().tolist() == pytest.approx([10.0] * 12)


@pytest.mark.parametrize("criterion", ["l1", "l2"])
def test_gradient_loss_is_numpys(criterion: str) -> None:
    batch = pair(2, 3, 7, 9)

    def lengths(images: np.ndarray) -> np.ndarray:
        dy, dx = np.gradient(images, axis=(2, 3))
        return np.sqrt(4 * dx**2 + 4 * dy**2 + 1e-6)[:, :, 1:-1, 1:-1]

    difference = lengths(batch.sr.numpy()) - lengths(batch.hr.numpy())
    expected = np.abs(difference).mean() if criterion == "l1" else (difference**2).mean()
    assert float(loss("gradient", criterion=criterion)(batch)) == pytest.approx(expected, abs=1e-12)


def test_a_flat_region_has_a_finite_gradient() -> None:
    sr = torch.full((1, 1, 5, 5), 0.5, requires_grad=True)
    hr = torch.full((1, 1, 5, 5), 0.25)
    (gradient,) = torch.autograd.grad(loss("gradient")(Batch(sr, hr)), sr)
    assert torch.equal(gradient, torch.zeros_like(gradient))
