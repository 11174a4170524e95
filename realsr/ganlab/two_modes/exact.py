"""The smallest case of two modes: HR is the number -1 or 1, equally likely, and the LR tells nothing of it.

All is known: an answer a has the expected squared error 1 + a^2 and the expected absolute error max(1, |a|), so
the least squared error, 1, is at 0, which is never the truth; the least absolute error, 1, is anywhere between.
Who answers as the truth is drawn, by a coin of their own, has the squared error 2: 10 log10 2 = 3.01 dB more,
which is the price of looking like HR (Blau and Michaeli, CVPR 2018: at most twice the least).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Literal

import torch
from torch import Tensor

from realsr.losses.base import Batch
from realsr.losses.objective import Objective
from realsr.losses.terms import LossTerm

DRAWS = 200_000
STEPS, RATE = 100, 0.1
STARTS = (-0.8, -0.2, 0.5)
"""Where the answers begin that are trained."""

PRICE = 10 * math.log10(2)
"""dB between the least squared error and that of a sample: 3.01."""

Criterion = Literal["mse", "l1"]


@dataclass(frozen=True)
class ToyErrors:
    """An answer by its errors, means over draws of HR; beside them what they are in expectation."""

    answer: str
    squared: float
    absolute: float
    expected_squared: float
    expected_absolute: float


@dataclass(frozen=True)
class Exact:
    """told: of the mean, of a point between, of one mode, of a sampler. ends: for each criterion where answers
    that begin at `STARTS` come to rest. price: of the sampler over the mean in dB, as drawn.
    """

    told: tuple[ToyErrors, ...]
    ends: Mapping[Criterion, tuple[float, ...]]
    price: float

    def as_data(self) -> dict[str, object]:
        """For JSON."""
        return asdict(self)


def expected_squared(answer: float) -> float:
    """Squared error of one answer for all."""
    return 1.0 + answer**2


def expected_absolute(answer: float) -> float:
    """The same of the absolute error."""
    return max(1.0, abs(answer))


def exact(seed: int = 0, draws: int = DRAWS) -> Exact:
    """Everything of it, from a generator of its own; equal arguments give equal numbers."""
    generator = torch.Generator().manual_seed(seed)
    hr, coin = (_signs(draws, generator) for _ in range(2))
    fixed = {"the mean, 0": 0.0, "between, 0.5": 0.5, "one mode, 1": 1.0}
    told = [
        _told(name, torch.full_like(hr, at), hr, expected_squared(at), expected_absolute(at))
        for name, at in fixed.items()
    ]
    told.append(_told("a sample, by a coin", coin, hr, 2.0, 1.0))
    criteria: tuple[Criterion, ...] = ("mse", "l1")
    ends = {name: tuple(trained(name, start) for start in STARTS) for name in criteria}
    return Exact(tuple(told), ends, 10 * math.log10(told[-1].squared / told[0].squared))


def trained(criterion: Criterion, start: float) -> float:
    """Where an answer comes to rest that descends along a loss of the table, both HR being seen alike often."""
    answer = torch.nn.Parameter(torch.tensor(start, dtype=torch.float64))
    hr = torch.tensor([-1.0, 1.0], dtype=torch.float64).reshape(2, 1, 1, 1)
    objective = Objective([LossTerm(name=criterion, weight=1.0)])
    descent = torch.optim.SGD([answer], RATE)
    for _ in range(STEPS):
        descent.zero_grad()
        loss = objective.evaluate(Batch(answer.expand(2, 1, 1, 1), hr)).total
        loss.backward()  # type: ignore[no-untyped-call]
        descent.step()
    return float(answer.detach())


def _signs(count: int, generator: torch.Generator) -> Tensor:
    return torch.randint(2, (count,), generator=generator).double() * 2 - 1


def _told(name: str, answers: Tensor, hr: Tensor, squared: float, absolute: float) -> ToyErrors:
    error = answers - hr
    return ToyErrors(
        name, float(error.square().mean()), float(error.abs().mean()), squared, absolute
    )
