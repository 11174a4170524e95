"""The class head's loss, on both sides."""

from __future__ import annotations

import math

import pytest
import torch

from realsr.losses.base import Batch
from realsr.losses.classes import class_loss
from realsr.losses.discriminator import DiscriminatorObjective
from realsr.losses.objectives import named
from tests.losses.images import image, loss

LOGITS = torch.tensor([[0.0, math.log(3), 0.0], [5.0, 0.0, 0.0], [0.0, 0.0, math.log(2)]])


def test_by_hand_without_the_background() -> None:
    """-log 3/5 and -log 2/4; the second image is background, of which nothing is asked."""
    labels = torch.tensor([1, 0, 2])
    expected = (math.log(5 / 3) + math.log(2)) / 2
    assert float(class_loss(LOGITS, labels)) == pytest.approx(expected)
    third = -math.log(math.exp(5) / (math.exp(5) + 2))
    assert float(class_loss(LOGITS, labels, None)) == pytest.approx((2 * expected + third) / 3)
    assert float(class_loss(LOGITS, labels, 2)) == pytest.approx((math.log(5 / 3) + third) / 2)


def test_a_batch_of_background_costs_nothing_and_moves_nothing() -> None:
    logits = LOGITS.clone().requires_grad_(True)
    nothing = class_loss(logits, torch.zeros(3, dtype=torch.long))
    nothing.backward()
    assert float(nothing.detach()) == 0.0
    assert not logits.grad.any()  # type: ignore[union-attr]


def test_the_term_is_that_loss() -> None:
    hr, labels = image(1, 3, 3, 4, 4), torch.tensor([1, 0, 2])
    batch = Batch(hr, hr, fake_classes=LOGITS, labels=labels)
    assert torch.equal(loss("auxiliary_class")(batch), class_loss(LOGITS, labels))


def test_the_discriminators_side_adds_both_by_its_weight() -> None:
    labels, images = torch.tensor([1, 0, 2]), torch.rand(3, 1, 2, 2)
    objective = DiscriminatorObjective(kind="vanilla", auxiliary=0.5, ignored=2)
    plain = objective.evaluate(lambda x: x.mean(dim=(1, 2, 3)), images, images)
    both = objective.with_classes(plain, LOGITS, LOGITS.flip(0), labels)
    real, fake = class_loss(LOGITS, labels, 2), class_loss(LOGITS.flip(0), labels, 2)
    assert both.raw["classes_real"] == real
    assert both.raw["classes_fake"] == fake
    assert float(both.total) == pytest.approx(float(plain.total + 0.5 * (real + fake)))


def test_sftgans_objective_weighs_the_class_as_the_game() -> None:
    recipe = named("sftgan")
    weights = {term.label: term.weight for term in recipe.terms}
    assert weights == {"perceptual": 1.0, "adversarial": 5e-3, "auxiliary_class": 5e-3}
    assert recipe.discriminator is not None
    assert (recipe.discriminator.kind, recipe.discriminator.auxiliary) == ("vanilla", 1.0)


def test_gradients() -> None:
    logits = LOGITS.double().requires_grad_(True)
    assert torch.autograd.gradcheck(lambda x: class_loss(x, torch.tensor([1, 0, 2])), (logits,))
