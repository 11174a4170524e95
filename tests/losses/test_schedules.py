"""Weights over shares of a training, terms of the levels alone, and DRCN's objective that is made of both."""

from __future__ import annotations

import hypothesis.strategies as st
import pytest
import torch
from hypothesis import given
from pydantic import ValidationError

from realsr.losses.base import Batch
from realsr.losses.errors import LossError
from realsr.losses.objective import Objective
from realsr.losses.objectives import named
from realsr.losses.schedules import Schedule, follows_length, weight_at
from realsr.losses.terms import LossTerm


@given(training=st.integers(1, 10_000), step=st.integers(0, 10_000))
def test_shares_are_of_the_training(training: int, step: int) -> None:
    fall = Schedule(shares=(0.0, 0.5, 1.0), values=(1.0, 0.2, 0.0))
    place = min(step / training, 1.0)
    expected = 1.0 - 1.6 * place if place <= 0.5 else 0.4 * (1.0 - place)
    assert weight_at(fall, step, training) == pytest.approx(expected, abs=1e-12)
    assert follows_length(fall)
    assert not follows_length(Schedule(steps=(0, 4), values=(1.0, 0.0)))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"values": [1]}, "give steps, or shares of the training, and not both"),
        ({"steps": [0], "shares": [0], "values": [1]}, "and not both"),
        ({"shares": [0, 1], "values": [1]}, "2 shares and 1 values; as many"),
        ({"shares": [0.5, 0.5], "values": [1, 0]}, r"shares \[0\.5, 0\.5\]: expected growing"),
        ({"shares": [0, 1.5], "values": [1, 0]}, "less than or equal to 1"),
    ],
)
def test_schedules_that_are_none_are_named(arguments: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Schedule.model_validate(arguments)


def test_shares_ask_how_long_the_training_is() -> None:
    with pytest.raises(LossError, match="say how many steps it has"):
        Schedule(shares=(0, 1), values=(1, 0)).at(3)


def flat(value: float, side: int = 2) -> torch.Tensor:
    return torch.full((1, 1, side, side), value)


BATCH = Batch(flat(0.3, 4), flat(0.0, 4), levels=[(flat(0.1), flat(0.0)), (flat(0.5), flat(0.0))])


@pytest.mark.parametrize(
    ("levels", "expected"), [(False, 0.09), (True, 0.09 + 0.01 + 0.25), ("alone", 0.13)]
)
def test_levels_are_summed_or_meant(levels: object, expected: float) -> None:
    term = LossTerm.model_validate({"name": "mse", "levels": levels})
    found = Objective([term]).evaluate(BATCH)
    assert float(found.total) == pytest.approx(expected)


def test_levels_alone_of_a_network_without_is_refused() -> None:
    term = LossTerm.model_validate({"name": "mse", "levels": "alone"})
    with pytest.raises(LossError, match="the network gives none"):
        Objective([term]).evaluate(Batch(BATCH.sr, BATCH.hr))


@pytest.mark.parametrize("share", [0.0, 0.25, 1.0])
def test_drcns_objective_is_annealed_from_the_recursions_to_the_ensemble(share: float) -> None:
    """alpha mean_d 1/2 |y - y_d|^2 + (1 - alpha) 1/2 |y - y^|^2, summed over a sample's pixels."""
    levels = [(flat(0.1, 4), flat(0.0, 4)), (flat(0.5, 4), flat(0.0, 4))]
    batch = Batch(BATCH.sr, BATCH.hr, levels=levels)
    found = named("drcn").objective(1000).evaluate(batch, round(1000 * share))
    recursions, ensemble = 16 * (0.01 + 0.25) / 2 / 2, 16 * 0.09 / 2
    expected = (1 - share) * recursions + share * ensemble
    assert float(found.total) == pytest.approx(expected, rel=1e-6)
