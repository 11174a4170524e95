"""Weights of losses: numbers, or numbers that change with the step."""

from __future__ import annotations

from bisect import bisect_right
from typing import Annotated, Self

from pydantic import Field, model_validator

from realsr.backbones.settings import Settings


class Schedule(Settings):
    """A weight that runs linearly from one step's value to the next, constant before and behind.

    {steps: [0, 10000], values: [0, 1]} ramps a loss in over the first 10,000 steps.
    """

    steps: tuple[Annotated[int, Field(ge=0)], ...] = Field(min_length=1)
    values: tuple[Annotated[float, Field(ge=0)], ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if len(self.steps) != len(self.values):
            raise ValueError(f"{len(self.steps)} steps and {len(self.values)} values; as many")
        if any(a >= b for a, b in zip(self.steps, self.steps[1:], strict=False)):
            raise ValueError(f"steps {list(self.steps)}: expected growing numbers")
        return self

    def at(self, step: int) -> float:
        """The weight at a step, counted from 0."""
        right = bisect_right(self.steps, step)
        if right in (0, len(self.steps)):
            return self.values[max(right - 1, 0)]
        start, end = self.steps[right - 1 : right + 1]
        low, high = self.values[right - 1 : right + 1]
        return low + (high - low) * (step - start) / (end - start)


Weight = Annotated[float, Field(ge=0)] | Schedule


def weight_at(weight: Weight, step: int) -> float:
    """The number that a weight is at a step."""
    return weight.at(step) if isinstance(weight, Schedule) else weight
