from __future__ import annotations

import pytest
import torch
from torch import Tensor

import degrade
from realsr.losses.base import Batch
from realsr.losses.errors import LossError, MissingInputError
from realsr.losses.objective import Objective
from realsr.losses.terms import LossTerm

from .images import image, loss

PIPELINE = """
name: blurred
version: 1
scale: 2
hr:
  - {op: usm}
  - {op: quantise, label: quantise_hr}
lr:
  - {op: gaussian_blur, size: 7, sigma_x: {uniform: [0.8, 2.0]}, sigma_y: 1.2, angle: 0.3}
  - {op: resize, of: target, factor: 1.0, filter: bicubic}
  - {op: gaussian_noise, sigma_255: {uniform: [1, 10]}}
"""


def batch_of(seed: int) -> tuple[list[degrade.Trace], Tensor, Tensor]:
    traces = degrade.draw(degrade.parse_pipeline(PIPELINE), degrade.keys(seed, ["a", "b"]))
    hr = degrade.apply_hr(traces, image(seed, 2, 3, 24, 24, dtype=torch.float32))
    return traces, hr, degrade.apply_lr(traces, hr)


def test_the_true_hr_has_none_and_another_draw_has() -> None:
    """Blur, resize and even the noise are those of the draw; a second draw's are not."""
    traces, hr, lr = batch_of(1)
    true = Batch(hr, hr, lr=lr, degrade_again=lambda sr: degrade.apply_lr(traces, sr))
    assert float(loss("lr_consistency")(true)) < 1e-6
    others, _, _ = batch_of(2)
    other = Batch(hr, hr, lr=lr, degrade_again=lambda sr: degrade.apply_lr(others, sr))
    assert float(loss("lr_consistency")(other)) > 1e-3


def test_its_gradient_leads_back_to_the_lr() -> None:
    traces, hr, lr = batch_of(3)
    sr = torch.full_like(hr, 0.5).requires_grad_(True)
    consistent = loss("lr_consistency", criterion="l2")

    def value(images: Tensor) -> Tensor:
        again = lambda x: degrade.apply_lr(traces, x)  # noqa: E731
        return consistent(Batch(images, hr, lr=lr, degrade_again=again))

    before = value(sr)
    (gradient,) = torch.autograd.grad(before, sr)
    after = value(sr.detach() - 0.5 * gradient / gradient.norm())
    assert float(gradient.norm()) > 0
    assert float(after) < float(before.detach())


def test_by_hand_with_a_mean_of_four() -> None:
    sr = torch.tensor([[[[0.0, 1.0], [1.0, 1.0]]]])
    pooled = Batch(
        sr,
        sr,
        lr=torch.full((1, 1, 1, 1), 0.25),
        degrade_again=lambda x: torch.nn.functional.avg_pool2d(x, 2),
    )
    assert float(loss("lr_consistency")(pooled)) == 0.5
    assert float(loss("lr_consistency", criterion="l2")(pooled)) == 0.25


def test_another_batchs_degradation_is_refused() -> None:
    sr = torch.zeros(1, 3, 4, 4)
    with pytest.raises(LossError, match="of this very batch"):
        loss("lr_consistency")(Batch(sr, sr, lr=torch.zeros(1, 3, 2, 2), degrade_again=lambda x: x))


def test_without_the_degradation_it_says_what_to_hand_in() -> None:
    objective = Objective([LossTerm(name="lr_consistency")])
    sr = torch.zeros(1, 3, 4, 4)
    assert objective.needs == {"lr", "degrade_again"}
    with pytest.raises(MissingInputError, match=r"degrade\.apply_lr\(traces, sr\)"):
        objective.evaluate(Batch(sr, sr, lr=sr))
