"""A pixel loss in an autoencoder's space."""

from __future__ import annotations

import pytest
import torch

from realsr.losses.base import Batch
from realsr.losses.errors import MissingInputError
from realsr.losses.objective import Objective
from realsr.losses.terms import LossTerm

from .images import image, loss


def blurred(images: torch.Tensor) -> torch.Tensor:
    """An autoencoder by hand: squares of two pixels become their means."""
    return torch.nn.functional.avg_pool2d(images, 2).repeat_interleave(2, 2).repeat_interleave(2, 3)


def test_it_is_the_distance_behind_the_autoencoder() -> None:
    sr, hr = image(1, 2, 3, 8, 8), image(2, 2, 3, 8, 8)
    found = loss("aesop")(Batch(sr, hr, autoencode=blurred))
    assert float(found) == pytest.approx(float((blurred(sr) - blurred(hr)).abs().mean()))
    squared = loss("aesop", criterion="l2")(Batch(sr, hr, autoencode=blurred))
    assert float(squared) == pytest.approx(float((blurred(sr) - blurred(hr)).square().mean()))


def test_what_the_autoencoder_drops_costs_nothing() -> None:
    """A texture of no mean, which a pixel loss would take away."""
    hr = image(2, 1, 3, 8, 8)
    texture = 0.1 * torch.tensor([[1.0, -1.0], [-1.0, 1.0]], dtype=hr.dtype).repeat(4, 4)
    batch = Batch(hr + texture, hr, autoencode=blurred)
    assert float(loss("aesop")(batch)) == pytest.approx(0.0, abs=1e-12)
    assert float(loss("l1")(batch)) == pytest.approx(0.1)


def test_its_gradient_is_of_sr_alone() -> None:
    sr, hr = image(1, 1, 2, 8, 8).requires_grad_(True), image(2, 1, 2, 8, 8).requires_grad_(True)
    evaluate = loss("aesop", criterion="l2")
    assert torch.autograd.gradcheck(
        lambda x: evaluate(Batch(x, hr.detach(), autoencode=blurred)), (sr,)
    )
    evaluate(Batch(sr, hr, autoencode=blurred)).backward()
    assert hr.grad is None


def test_without_an_autoencoder_it_says_what_is_missing() -> None:
    objective = Objective([LossTerm.model_validate({"name": "aesop"})])
    with pytest.raises(MissingInputError, match="trained autoencoder"):
        objective.evaluate(Batch(image(1, 1, 3, 8, 8), image(2, 1, 3, 8, 8)))
