"""Weights of correlated fields."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from degrade.functional.fields import (
    GRID_TAPS,
    gaussian_radius,
    gaussian_taps,
    grid_side,
    grid_weights,
    smooth_field,
)


@pytest.mark.parametrize("pitch", [1.0, 1.3, 2.0, 7.7, 64.0])
@pytest.mark.parametrize("smooth", [False, True])
def test_grid_weights_have_norm_one_and_stay_on_the_grid(pitch: float, smooth: bool) -> None:
    for side in (1, 2, 9, 65, 128):
        first, weights = grid_weights(torch.tensor([pitch]).double(), torch.tensor([smooth]), side)
        assert torch.allclose((weights**2).sum(-1), torch.ones(1, side).double(), atol=1e-14)
        assert int(first.min()) == 0
        assert int(first.max()) + GRID_TAPS <= grid_side(side, pitch)


def test_a_pitch_of_one_is_the_grid() -> None:
    _, weights = grid_weights(torch.ones(2).double(), torch.tensor([False, True]), 5)
    assert torch.equal(weights, torch.tensor([0.0, 1.0, 0.0, 0.0]).double().expand(2, 5, 4))


@pytest.mark.parametrize("sigma", [0.0, 0.3, 1.0, 4.0])
def test_gaussian_taps(sigma: float) -> None:
    length = 2 * gaussian_radius(sigma) + 1
    taps = np.array(gaussian_taps(sigma, length + 6))
    assert (taps**2).sum() == pytest.approx(1.0, abs=1e-14)
    assert np.array_equal(taps[:length], taps[:length][::-1])
    assert not taps[length:].any()


def test_smooth_field_is_the_sum_over_rows_and_columns() -> None:
    field = torch.randn((2, 3, 12, 14), generator=torch.Generator().manual_seed(0))
    taps = torch.tensor([gaussian_taps(1.0, 9), gaussian_taps(0.5, 9)], dtype=torch.float64)
    got = smooth_field(field, taps)
    for sample in range(2):
        plane = taps[sample].unsqueeze(1) * taps[sample]
        expected = torch.nn.functional.conv2d(
            field[sample].double().unsqueeze(1), plane.view(1, 1, 9, 9)
        )
        assert torch.allclose(got[sample].double(), expected.squeeze(1), atol=2e-6)
