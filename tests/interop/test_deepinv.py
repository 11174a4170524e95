"""Frozen degradations as deepinv's physics: its own test of adjoints, its solvers, its conventions for noise."""

from __future__ import annotations

import sys

import pytest
import torch

import degrade
from degrade.errors import MissingExtraError, TraceError
from realsr.interop.deepinv_physics import physics

deepinv = pytest.importorskip("deepinv", reason="the extra deepinv is not installed")

NOISY = """
name: blurred_and_noisy
version: 1
scales: [2]
lr:
  - {op: gaussian_blur, size: 7, sigma_x: {uniform: [0.6, 1.4]}, sigma_y: 1.0, angle: 0.0}
  - {op: resize, factor: 1, of: target, filter: bicubic}
  - {op: gaussian_noise, sigma_255: 4.0}
  - {op: clamp}
  - {op: quantise}
"""


def traces(count: int, text: str = NOISY, scale: int = 2) -> list[degrade.Trace]:
    pipeline = degrade.parse_pipeline(text, "noisy.yaml", scale)
    return degrade.draw(pipeline, degrade.keys(seed=0, sources=[str(n) for n in range(count)]))


@pytest.mark.parametrize(("name", "scale"), [("gaussian8", 4), ("bd_x3", 3), ("div2krk", 2)])
def test_named_pipelines_of_linear_steps(name: str, scale: int) -> None:
    drawn = degrade.draw(
        degrade.load_pipeline(name, scale=scale), degrade.keys(seed=1, sources=["a", "b"])
    )
    found = physics(drawn)
    hr = torch.rand(2, 3, 24, 36, generator=torch.Generator().manual_seed(0))
    assert isinstance(found, deepinv.physics.LinearPhysics)
    torch.testing.assert_close(found(hr), degrade.apply(drawn, hr), rtol=0, atol=1 / 255 + 1e-6)
    assert (found(hr) - degrade.apply(drawn, hr)).abs().gt(1e-6).float().mean() < 1e-3
    assert found.adjointness_test(u=hr.double(), num_samples=2) < 1e-12


def test_noise_is_the_traces_own_or_a_generators() -> None:
    drawn = traces(2)
    hr = torch.rand(2, 3, 16, 16, generator=torch.Generator().manual_seed(0))
    frozen = physics(drawn)
    assert torch.equal(frozen(hr), frozen(hr))
    fresh = physics(drawn, rng=torch.Generator().manual_seed(5))
    first, second = fresh(hr), fresh(hr)
    assert not torch.equal(first, second)
    assert torch.equal(fresh(hr, seed=7), fresh(hr, seed=7))
    fresh.noise_model.reset_rng()
    assert torch.equal(fresh(hr), first)
    copied = fresh.clone()
    assert torch.equal(copied(hr), second)
    assert torch.equal(fresh(hr), second)


def test_least_squares_come_nearer_than_enlarging() -> None:
    drawn = traces(1)
    coarse = torch.rand(1, 3, 9, 9, generator=torch.Generator().manual_seed(0))
    hr = torch.nn.functional.interpolate(coarse, 48, mode="nearest")
    found = physics(drawn)
    lr = found(hr)
    near = torch.nn.functional.interpolate(lr, scale_factor=2, mode="bicubic")
    sr = found.prox_l2(near, lr, gamma=100.0)
    plain, better = (((each - hr) ** 2).mean() for each in (near, sr))
    assert better < 0.8 * plain
    residual = (found.A(found.A_dagger(lr)) - lr).abs().mean()
    assert residual < 0.2 * (found.A(near) - lr).abs().mean()


def test_an_algorithm_of_its_own_runs_with_it() -> None:
    drawn = traces(1)
    hr = torch.full((1, 3, 32, 32), 0.2)
    hr[..., 8:24, 8:24] = 0.8
    found = physics(drawn)
    lr = found(hr)
    near = torch.nn.functional.interpolate(lr, scale_factor=2, mode="bicubic")
    solver = deepinv.optim.PGD(
        prior=deepinv.optim.TVPrior(n_it_max=20),
        data_fidelity=deepinv.optim.L2(),
        stepsize=4.0,
        lambda_reg=1e-3,
        max_iter=15,
    )
    sr = solver(lr, found, init=near)
    inside = (..., slice(6, -6), slice(6, -6))
    plain, better = (((each - hr)[inside] ** 2).mean() for each in (near, sr))
    assert better < 0.8 * plain


def test_training_passes_its_gradient_through_both() -> None:
    found = physics(traces(1))
    weight = torch.ones((), requires_grad=True)
    lr = torch.rand(1, 3, 8, 8)
    (found.A(weight * found.A_adjoint(lr)) - lr).pow(2).sum().backward()
    assert weight.grad is not None
    image = found.A_adjoint_A(found.A_adjoint(lr))
    there = found.A(found.A_adjoint(lr))
    torch.testing.assert_close(weight.grad, 2 * ((there - lr) * there).sum())
    assert image.shape == (1, 3, 16, 16)


def test_a_codec_is_refused() -> None:
    drawn = degrade.draw(
        degrade.load_pipeline("second_order", scale=4), degrade.keys(seed=0, sources=["a"])
    )
    with pytest.raises(TraceError, match="no linear map with an adjoint, no noise and no rounding"):
        physics(drawn)


def test_without_deepinv_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from realsr.interop import deepinv_physics

    deepinv_physics._physics_class.cache_clear()
    monkeypatch.setitem(sys.modules, "deepinv", None)
    with pytest.raises(MissingExtraError, match="deepinv"):
        physics(traces(1))
    monkeypatch.undo()
    deepinv_physics._physics_class.cache_clear()
