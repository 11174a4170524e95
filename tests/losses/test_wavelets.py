"""Details and the smooth rest, and the loss on each."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.ndimage import correlate1d

from realsr.losses.base import Batch
from realsr.losses.errors import LossError
from realsr.losses.wavelets import detail, starlet

from .images import image, loss


def by_scipy(picture: np.ndarray, level: int) -> np.ndarray:
    """Mirrored about the outermost pixel, which scipy calls mirror."""
    taps = np.zeros(2 ** (level + 1) + 1)
    taps[[0, 2**level, -1]] = 0.25, 0.5, 0.25
    for axis in (-2, -1):
        picture = correlate1d(picture, taps, axis=axis, mode="mirror")
    return picture


def test_levels_are_scipys_and_add_up() -> None:
    picture = image(3, 2, 3, 9, 12)
    details, smooth = starlet(picture, 3)
    expected = picture.numpy()
    for level, each in enumerate(details):
        coarser = by_scipy(expected, level)
        np.testing.assert_allclose(each.numpy(), expected - coarser, atol=1e-12)
        expected = coarser
    np.testing.assert_allclose(smooth.numpy(), expected, atol=1e-12)
    assert torch.allclose(sum(details) + smooth, picture)
    assert torch.allclose(detail(picture, 3), picture - smooth)


def test_a_flat_image_has_no_detail() -> None:
    assert float(detail(torch.full((1, 3, 8, 8), 0.7), 2).abs().max()) < 1e-6


def test_the_loss_weighs_levels_apart() -> None:
    sr, hr = image(1, 2, 3, 12, 12), image(2, 2, 3, 12, 12)
    details, smooth = starlet(sr - hr, 2)
    fine = sum(float(each.abs().mean()) for each in details)
    found = float(loss("wavelet", low=0.5, high=0.25)(Batch(sr, hr)))
    assert found == pytest.approx(0.5 * float(smooth.abs().mean()) + 0.25 * fine)


def test_too_small_an_image_is_refused() -> None:
    with pytest.raises(LossError, match="fewer levels"):
        starlet(image(1, 1, 3, 4, 4), 3)
