from __future__ import annotations

import pytest
import torch
from torch import Tensor

from realsr.losses.discriminator import DiscriminatorObjective
from realsr.losses.errors import MissingInputError
from realsr.losses.penalties import one_centred, score, zero_centred

from .images import image

W = image(11, 1, 3, 4, 4) - 0.5
REAL, FAKE = image(12, 2, 3, 4, 4), image(13, 2, 3, 4, 4)
SQUARE = float(W.square().sum())


def linear(images: Tensor) -> Tensor:
    return (W * images).sum(dim=(1, 2, 3), keepdim=False).unsqueeze(1)


def quadratic(images: Tensor) -> Tensor:
    """D = |x|^2 / 2, whose gradient is x."""
    return 0.5 * images.square().sum(dim=(1, 2, 3)).unsqueeze(1)


def test_r1_of_a_linear_discriminator_is_its_weights_square() -> None:
    real = REAL.clone().requires_grad_(True)
    assert float(zero_centred(linear(real), real).detach()) == pytest.approx(SQUARE, abs=1e-12)


def test_r1_of_a_quadratic_one_is_the_images_square() -> None:
    real = REAL.clone().requires_grad_(True)
    expected = float(REAL.square().sum()) / 2
    assert float(zero_centred(quadratic(real), real).detach()) == pytest.approx(expected, abs=1e-12)


def test_a_map_counts_by_its_mean() -> None:
    assert score(torch.tensor([[[[1.0, 3.0]]], [[[5.0, 5.0]]]])).tolist() == [2.0, 5.0]
    real = REAL.clone().requires_grad_(True)
    as_map = linear(real).view(2, 1, 1, 1).expand(2, 1, 3, 5)
    assert float(zero_centred(as_map, real).detach()) == pytest.approx(SQUARE, abs=1e-12)


def test_gradient_penalty_of_a_linear_discriminator() -> None:
    found = one_centred(linear, REAL, FAKE, torch.tensor([0.1, 0.9], dtype=torch.float64))
    assert float(found.detach()) == pytest.approx((SQUARE**0.5 - 1) ** 2, abs=1e-12)


def test_gradient_penalty_is_taken_between_the_images() -> None:
    mix = torch.tensor([0.25, 0.5], dtype=torch.float64)
    between = [0.25 * REAL[0] + 0.75 * FAKE[0], 0.5 * REAL[1] + 0.5 * FAKE[1]]
    expected = sum((float(x.norm()) - 1) ** 2 for x in between) / 2
    assert float(one_centred(quadratic, REAL, FAKE, mix).detach()) == pytest.approx(
        expected, abs=1e-12
    )


def test_penalties_differentiate_to_the_discriminators_weights() -> None:
    """d ||w||^2 / dw = 2 w."""
    weight = W.clone().requires_grad_(True)
    real = REAL.clone().requires_grad_(True)
    answer = (weight * real).sum(dim=(1, 2, 3)).unsqueeze(1)
    (gradient,) = torch.autograd.grad(zero_centred(answer, real), weight)
    torch.testing.assert_close(gradient, 2 * W)


def test_r3gan_is_pairs_and_both_penalties() -> None:
    objective = DiscriminatorObjective(kind="relativistic", r1=4.0, r2=2.0)
    losses = objective.evaluate(linear, REAL, FAKE)
    assert list(losses.raw) == ["adversarial", "r1", "r2"]
    assert float(losses.weighted["r1"].detach()) == pytest.approx(2 * SQUARE, abs=1e-12)
    assert float(losses.weighted["r2"].detach()) == pytest.approx(SQUARE, abs=1e-12)
    pairs = torch.nn.functional.softplus(linear(FAKE) - linear(REAL)).mean()
    assert float(losses.total.detach()) == pytest.approx(float(pairs) + 3 * SQUARE, abs=1e-12)


def test_lazy_penalties_come_seldom_and_strong() -> None:
    objective = DiscriminatorObjective(r1=1.0, every=16)
    assert list(objective.evaluate(linear, REAL, FAKE, step=15).raw) == ["adversarial"]
    due = objective.evaluate(linear, REAL, FAKE, step=32)
    assert float(due.weighted["r1"].detach()) == pytest.approx(8 * SQUARE, abs=1e-12)


def test_nothing_reaches_the_generator() -> None:
    fake = FAKE.clone().requires_grad_(True)
    weight = W.clone().requires_grad_(True)
    objective = DiscriminatorObjective(r1=1.0, r2=1.0)
    losses = objective.evaluate(lambda x: (weight * x).sum(dim=(1, 2, 3)), REAL, fake)
    losses.total.backward()
    assert fake.grad is None
    assert weight.grad is not None


def test_shares_are_drawn_by_the_caller() -> None:
    objective = DiscriminatorObjective(kind="wgan", gradient_penalty=10.0)
    with pytest.raises(MissingInputError, match="needs `mix`"):
        objective.evaluate(linear, REAL, FAKE)
    losses = objective.evaluate(linear, REAL, FAKE, mix=torch.rand(2).double())
    expected = 10 * (SQUARE**0.5 - 1) ** 2
    assert float(losses.weighted["gradient_penalty"].detach()) == pytest.approx(expected, abs=1e-10)


def test_each_penalty_is_of_its_own_images_and_both_are_lazy() -> None:
    objective = DiscriminatorObjective(r1=4.0, r2=2.0, every=3)
    due = objective.evaluate(quadratic, REAL, FAKE, step=6)
    real, fake = (float(images.square().sum()) / 2 for images in (REAL, FAKE))
    assert float(due.weighted["r1"].detach()) == pytest.approx(3 * 4.0 / 2 * real, abs=1e-12)
    assert float(due.weighted["r2"].detach()) == pytest.approx(3 * 2.0 / 2 * fake, abs=1e-12)
