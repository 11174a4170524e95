from __future__ import annotations

import numpy as np
import pytest
import torch

from realsr.losses.artefacts import artefact_map
from realsr.losses.base import Batch
from realsr.losses.errors import LossError

from .images import image, loss


def by_numpy(sr: np.ndarray, hr: np.ndarray, ema: np.ndarray, window: int) -> np.ndarray:
    error, steadier = (np.abs(hr - other).sum(axis=0) for other in (sr, ema))
    reach = window // 2
    padded = np.pad(error, reach, mode="reflect")
    squares = np.lib.stride_tricks.sliding_window_view(padded, (window, window))
    local = squares.var(axis=(-1, -2), ddof=1)
    return np.where(error < steadier, 0.0, error.var(ddof=1) ** 0.2 * local)


@pytest.mark.parametrize("window", [3, 7])
def test_map_and_loss_are_numpys(window: int) -> None:
    sr, hr, ema = (image(seed, 2, 3, 9, 11) for seed in (1, 2, 3))
    found = artefact_map(sr, hr, ema, window)
    expected = np.stack(
        [by_numpy(*(x[i].numpy() for x in (sr, hr, ema)), window) for i in range(2)]
    )
    assert found.shape == (2, 1, 9, 11)
    assert 0.2 < float((found == 0).double().mean()) < 0.8
    np.testing.assert_allclose(found[:, 0].numpy(), expected, atol=1e-12)
    value = float(loss("ldl", window=window)(Batch(sr, hr, ema=ema)))
    wanted = np.abs(expected[:, None] * (sr - hr).numpy()).mean()
    assert value == pytest.approx(wanted, abs=1e-12)


def test_where_the_average_is_worse_all_counts_and_where_it_is_perfect_too() -> None:
    sr, hr = image(1, 1, 3, 8, 8), image(2, 1, 3, 8, 8)
    assert (artefact_map(sr, hr, hr) > 0).all()
    assert (artefact_map(sr, hr, hr + 9.0) == 0).all()


def test_a_perfect_sr_has_a_finite_gradient() -> None:
    hr = image(2, 1, 3, 8, 8)
    sr = hr.clone().requires_grad_(True)
    (gradient,) = torch.autograd.grad(loss("ldl")(Batch(sr, hr, ema=hr)), sr)
    assert torch.isfinite(gradient).all()


def test_a_constant_map_leaves_the_weighted_sign() -> None:
    sr, hr, ema = (image(seed, 1, 3, 8, 8) for seed in (1, 2, 3))
    weight = artefact_map(sr, hr, ema)
    leaf = sr.clone().requires_grad_(True)
    value = loss("ldl", through_map=False)(Batch(leaf, hr, ema=ema))
    (gradient,) = torch.autograd.grad(value, leaf)
    torch.testing.assert_close(gradient, weight * (sr - hr).sign() / sr.numel())


def test_too_small_for_the_window() -> None:
    sr = image(1, 1, 3, 3, 3)
    with pytest.raises(LossError, match="windows of 7"):
        loss("ldl")(Batch(sr, sr, ema=sr))
