from __future__ import annotations

import math

import pytest
import torch
from pydantic import ValidationError
from torch import Tensor

from realsr.losses.adversarial import GANS, GanArguments, discriminator_loss, generator_loss
from realsr.losses.errors import LossError, MissingInputError

REAL = (2.0, -1.0)
FAKE = (0.5, -3.0)


def sp(t: float) -> float:
    """softplus: -log(1 - sigmoid(t)) = -log sigmoid(-t)."""
    return math.log(1 + math.exp(t))


def logits(values: tuple[float, ...]) -> Tensor:
    return torch.tensor(values, dtype=torch.float64).view(-1, 1)


MR, MF = sum(REAL) / 2, sum(FAKE) / 2

BY_HAND = {
    "vanilla": (
        sum(sp(-f) for f in FAKE) / 2,
        sum(sp(-r) for r in REAL) / 2 + sum(sp(f) for f in FAKE) / 2,
    ),
    "lsgan": ((0.25 + 16) / 2 / 2, (1 + 4) / 2 / 2 + (0.25 + 9) / 2 / 2),
    "hinge": (1.25, (0 + 2) / 2 + (1.5 + 0) / 2),
    "wgan": (1.25, -1.25 - 0.5),
    "relativistic_average": (
        sum(sp(r - MF) for r in REAL) / 2 + sum(sp(-(f - MR)) for f in FAKE) / 2,
        sum(sp(-(r - MF)) for r in REAL) / 2 + sum(sp(f - MR) for f in FAKE) / 2,
    ),
    "relativistic": (
        sum(sp(r - f) for r, f in zip(REAL, FAKE, strict=True)) / 2,
        sum(sp(f - r) for r, f in zip(REAL, FAKE, strict=True)) / 2,
    ),
}


@pytest.mark.parametrize("kind", list(GANS))
def test_both_sides_by_hand(kind: str) -> None:
    arguments = GanArguments.model_validate({"kind": kind})
    real, fake = logits(REAL), logits(FAKE)
    generator, discriminator = BY_HAND[kind]
    assert float(generator_loss(arguments, real, fake)) == pytest.approx(generator, abs=1e-12)
    assert float(discriminator_loss(arguments, real, fake)) == pytest.approx(
        discriminator, abs=1e-12
    )


def test_half_is_exactly_half_the_papers_sum() -> None:
    real, fake = logits(REAL), logits(FAKE)
    paper = GanArguments(kind="relativistic_average")
    half = GanArguments(kind="relativistic_average", reduction="half")
    for side in (generator_loss, discriminator_loss):
        assert float(side(paper, real, fake)) == 2 * float(side(half, real, fake))


def test_half_is_of_the_relativistic_average_alone() -> None:
    with pytest.raises(ValidationError, match="only relativistic_average"):
        GanArguments(kind="vanilla", reduction="half")


def test_the_average_game_is_symmetric() -> None:
    """The generator's loss is the discriminator's with the images exchanged, gradients included."""
    a = logits(REAL).requires_grad_(True)
    b = logits(FAKE).requires_grad_(True)
    arguments = GanArguments(kind="relativistic_average")
    mine = torch.autograd.grad(generator_loss(arguments, a, b), (a, b))
    theirs = torch.autograd.grad(discriminator_loss(arguments, b, a), (a, b))
    for one, other in zip(mine, theirs, strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=1e-15)


def test_the_real_term_reaches_the_generator_through_the_mean() -> None:
    """d/df_j of mean softplus(r_i - mean f) is -mean sigmoid(r_i - mean f) / n, the same for every j."""
    real, fake = logits(REAL), logits(FAKE).requires_grad_(True)
    whole = generator_loss(GanArguments(kind="relativistic_average"), real, fake)
    (gradient,) = torch.autograd.grad(whole, fake)
    through_mean = -(real - MF).sigmoid().mean() / 2
    direct = -(1 - (fake.detach() - MR).sigmoid()) / 2
    torch.testing.assert_close(gradient, through_mean + direct)


def test_no_overflow_far_from_zero() -> None:
    far = torch.tensor([[1e4], [-1e4]])
    for kind in ("vanilla", "relativistic_average", "relativistic"):
        arguments = GanArguments.model_validate({"kind": kind})
        assert math.isfinite(float(generator_loss(arguments, far, -far)))


def test_several_scales_are_averaged() -> None:
    arguments = GanArguments(kind="lsgan")
    scales = [logits(FAKE), torch.ones(2, 1, 3, 3, dtype=torch.float64)]
    one = float(generator_loss(arguments, None, scales[0]))
    assert float(generator_loss(arguments, None, scales)) == pytest.approx((one + 0) / 2)


def test_pairs_need_as_many_of_each() -> None:
    arguments = GanArguments(kind="relativistic")
    with pytest.raises(LossError, match="equal shapes"):
        generator_loss(arguments, logits((1.0,)), logits(FAKE))


def test_a_relativistic_generator_needs_the_real_logits() -> None:
    with pytest.raises(MissingInputError, match="on hr for relativistic"):
        generator_loss(GanArguments(kind="relativistic_average"), None, logits(FAKE))


@pytest.mark.parametrize("kind", list(GANS))
def test_gradients_of_both_sides(kind: str) -> None:
    arguments = GanArguments.model_validate({"kind": kind})
    inputs = tuple(logits(v).requires_grad_(True) for v in (REAL, FAKE))
    for side in (generator_loss, discriminator_loss):
        assert torch.autograd.gradcheck(lambda r, f, s=side: s(arguments, r, f), inputs)
