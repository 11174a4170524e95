from __future__ import annotations

import pytest
import torch
from pydantic import ValidationError
from torch import nn

from realsr.losses.base import Batch
from realsr.losses.errors import LossError, MissingInputError
from realsr.losses.objective import Objective, term_gradients
from realsr.losses.schedules import Schedule, weight_at
from realsr.losses.terms import LossTerm

from .images import image, pair


def batch() -> Batch:
    """Every difference is 0.5."""
    return Batch(torch.full((1, 3, 4, 4), 0.75), torch.full((1, 3, 4, 4), 0.25))


def test_raw_weighted_and_total() -> None:
    losses = Objective(
        [LossTerm(name="l1", weight=0.1), LossTerm(name="mse", weight=2.0)]
    ).evaluate(batch())
    assert {k: float(v) for k, v in losses.raw.items()} == {"l1": 0.5, "mse": 0.25}
    assert float(losses.weighted["l1"]) == pytest.approx(0.05)
    assert float(losses.total) == pytest.approx(0.05 + 0.5)


def test_a_loss_twice_needs_a_label() -> None:
    twice = [LossTerm(name="l1"), LossTerm(name="l1", domain="y")]
    with pytest.raises(LossError, match="two terms are called l1"):
        Objective(twice)
    labelled = [twice[0], LossTerm(name="l1", domain="y", label="luma")]
    losses = Objective(labelled).evaluate(batch())
    assert float(losses.raw["luma"]) == pytest.approx(0.5 * 219 / 255)


def test_schedule() -> None:
    ramp = Schedule(steps=(10, 20, 40), values=(0.0, 1.0, 0.5))
    steps = (0, 10, 15, 20, 30, 40, 99)
    assert [weight_at(ramp, step) for step in steps] == [0, 0, 0.5, 1, 0.75, 0.5, 0.5]
    assert weight_at(3.0, 7) == 3.0


@pytest.mark.parametrize(
    ("steps", "values", "message"),
    [((0, 0), (1, 2), "growing"), ((0, 1), (1,), "as many"), ((0,), (-1,), "greater than")],
)
def test_schedules_that_make_no_sense(
    steps: tuple[int, ...], values: tuple[float, ...], message: str
) -> None:
    with pytest.raises(ValidationError, match=message):
        Schedule(steps=steps, values=values)


def test_a_weight_of_nothing_is_logged_without_gradient() -> None:
    sr = image(1, 1, 3, 8, 8).requires_grad_(True)
    ramp = Schedule(steps=(5, 10), values=(0.0, 1.0))
    objective = Objective([LossTerm(name="tv", weight=ramp), LossTerm(name="l1")])
    at_start = objective.evaluate(Batch(sr, image(2, 1, 3, 8, 8)), step=0)
    assert float(at_start.raw["tv"]) > 0
    assert not at_start.raw["tv"].requires_grad
    assert float(at_start.total.detach()) == float(at_start.raw["l1"].detach())
    later = objective.evaluate(Batch(sr, image(2, 1, 3, 8, 8)), step=10)
    assert later.raw["tv"].requires_grad


def test_levels_are_summed() -> None:
    small = torch.full((1, 3, 2, 2), 0.5)
    levels = [(small, small + 0.25), (small, small - 0.125)]
    with_levels = Batch(batch().sr, batch().hr, levels=levels)
    every = Objective([LossTerm(name="l1", levels=True)]).evaluate(with_levels)
    alone = Objective([LossTerm(name="l1")]).evaluate(with_levels)
    assert float(every.total) == pytest.approx(0.5 + 0.25 + 0.125)
    assert float(alone.total) == pytest.approx(0.5)


def test_gradients_of_terms_by_hand() -> None:
    """sr = w x: dL1/dw = mean |x| where sr > hr, dMSE/dw = 2 mean (w x - hr) x; a term without it has 0."""
    layer = nn.Conv2d(1, 1, 1, bias=False).double()
    with torch.no_grad():
        layer.weight.fill_(2.0)
    x, hr = image(1, 1, 1, 5, 5), -image(2, 1, 1, 5, 5)
    objective = Objective(
        [
            LossTerm(name="l1", weight=3.0),
            LossTerm(name="mse", weight=0.5),
            LossTerm(name="rank_content"),
            LossTerm(name="tv", weight=0.0),
        ]
    )
    scores = torch.zeros(1, 1, requires_grad=True)
    losses = objective.evaluate(Batch(layer(x), hr, scores=scores))
    pulls = term_gradients(losses, layer.weight)
    norms = {label: float(torch.linalg.vector_norm(each)) for label, each in pulls.items()}
    assert norms == {
        "l1": pytest.approx(3 * float(x.mean())),
        "mse": pytest.approx(0.5 * 2 * float(((2 * x - hr) * x).mean())),
        "rank_content": 0.0,
        "tv": 0.0,
    }
    assert layer.weight.grad is None
    losses.total.backward()
    assert float(layer.weight.grad) == pytest.approx(norms["l1"] + norms["mse"])


def test_half_precision_is_widened_for_the_sum() -> None:
    sr = image(1, 1, 3, 12, 12, dtype=torch.float32).bfloat16()
    losses = Objective([LossTerm(name="fft"), LossTerm(name="l1")]).evaluate(
        Batch(sr, image(2, 1, 3, 12, 12, dtype=torch.float32))
    )
    assert losses.total.dtype == torch.float32


@pytest.mark.parametrize(
    ("name", "needs"),
    [
        ("l1", set()),
        ("adversarial", {"fake_logits"}),
        ("feature_matching", {"fake_features", "real_features"}),
        ("ldl", {"ema"}),
        ("rank_content", {"scores"}),
        ("lr_consistency", {"lr", "degrade_again"}),
    ],
)
def test_needs(name: str, needs: set[str]) -> None:
    objective = Objective([LossTerm(name=name)])
    assert objective.needs == needs
    if needs:
        with pytest.raises(MissingInputError, match=f"the loss {name} needs Batch."):
            objective.evaluate(pair(1, 3, 8, 8))


@pytest.mark.parametrize(
    ("term", "message"),
    [
        ({"name": "charbonier"}, "did you mean 'charbonnier'"),
        ({"name": "charbonnier", "arguments": {"esp": 1}}, "unknown key 'esp'; did you mean 'eps'"),
        ({"name": "charbonnier", "arguments": {"eps": 0}}, "charbonnier: arguments.eps: .*greater"),
        ({"name": "l1", "wieght": 1}, "did you mean 'weight'"),
        ({"name": "l1", "weight": -1}, "greater than or equal to 0"),
        ({"name": "l1", "weight": float("nan")}, "finite"),
        ({"name": "lr_consistency", "domain": "y"}, "cannot be taken in the domain y"),
        ({"name": "ldl", "levels": True}, "full-size SR alone"),
        ({"name": "ssim", "arguments": {"window": 8}}, "an odd number"),
    ],
)
def test_terms_that_make_no_sense(term: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        LossTerm.model_validate(term)


def test_an_objective_of_nothing() -> None:
    with pytest.raises(LossError, match="no terms"):
        Objective([])
