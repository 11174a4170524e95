"""The sRGB transfer function: the standard's values, the way there and back, gradients."""

from __future__ import annotations

import torch

from degrade.functional.color import linear_to_srgb, srgb_to_linear


def test_known_values() -> None:
    stored = torch.tensor([0.0, 0.04045, 0.5, 188 / 255, 1.0, -0.5], dtype=torch.float64)
    light = torch.tensor([0.0, 0.0031308, 0.2140411, 0.5028865, 1.0, -0.2140411])
    torch.testing.assert_close(srgb_to_linear(stored), light.double(), atol=1e-7, rtol=0)


def test_there_and_back() -> None:
    stored = torch.linspace(-0.5, 1.5, 200001, dtype=torch.float64)
    assert (linear_to_srgb(srgb_to_linear(stored)) - stored).abs().max() < 1e-7
    eight_bit = torch.arange(256, dtype=torch.float64) / 255
    assert (linear_to_srgb(srgb_to_linear(eight_bit)) - eight_bit).abs().max() < 1e-12


def test_gradients_are_finite_and_each_others_inverse() -> None:
    stored = torch.tensor([-0.2, 0.0, 0.01, 0.3, 1.0], dtype=torch.float64, requires_grad=True)
    linear_to_srgb(srgb_to_linear(stored)).sum().backward()  # type: ignore[no-untyped-call]
    assert stored.grad is not None
    torch.testing.assert_close(stored.grad, torch.ones_like(stored), atol=1e-9, rtol=0)
