"""Weights of losses: numbers, or numbers that change with the step."""

from __future__ import annotations

from bisect import bisect_right
from typing import Annotated, Self

from pydantic import Field, model_validator

from realsr.backbones.settings import Settings
from realsr.losses.errors import LossError


class Schedule(Settings):
    """A weight that runs linearly from one place's value to the next, constant before and behind.

    {steps: [0, 10000], values: [0, 1]} ramps a loss in over the first 10,000 steps; {shares: [0, 1], values:
    [1, 0]} takes one away over the whole training, however long it is.
    """

    steps: tuple[Annotated[int, Field(ge=0)], ...] = ()
    shares: tuple[Annotated[float, Field(ge=0, le=1)], ...] = ()
    values: tuple[Annotated[float, Field(ge=0)], ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if bool(self.steps) == bool(self.shares):
            raise ValueError("give steps, or shares of the training, and not both")
        name = "steps" if self.steps else "shares"
        if len(self._places) != len(self.values):
            raise ValueError(f"{len(self._places)} {name} and {len(self.values)} values; as many")
        if any(a >= b for a, b in zip(self._places, self._places[1:], strict=False)):
            raise ValueError(f"{name} {list(self._places)}: expected growing numbers")
        return self

    @property
    def _places(self) -> tuple[float, ...]:
        return self.steps or self.shares

    def at(self, step: int, training: int | None = None) -> float:
        """The weight at a step, counted from 0. training: its steps in all. Raises LossError where that is not
        told and asked for.
        """
        if self.shares and training is None:
            raise LossError("a weight runs over shares of a training: say how many steps it has")
        place = step / training if self.shares and training else step
        right = bisect_right(self._places, place)
        if right in (0, len(self._places)):
            return self.values[max(right - 1, 0)]
        start, end = self._places[right - 1 : right + 1]
        low, high = self.values[right - 1 : right + 1]
        return low + (high - low) * (place - start) / (end - start)


Weight = Annotated[float, Field(ge=0)] | Schedule


def weight_at(weight: Weight, step: int, training: int | None = None) -> float:
    """The number that a weight is at a step of a training of so many."""
    return weight.at(step, training) if isinstance(weight, Schedule) else weight


def follows_length(weight: Weight) -> bool:
    """Whether a weight at a step depends on how long the training is."""
    return isinstance(weight, Schedule) and bool(weight.shares)
