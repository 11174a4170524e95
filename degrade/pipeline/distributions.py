"""Distributions of a pipeline's fields: one uniform in, one value out.

Every field consumes exactly one uniform of the open interval (0, 1), whether it is used or not. Mixtures and
cases hand that uniform on: a mixture rescales it within the part that it fell into, so one uniform decides
the branch and the value. Real values are rounded to nine significant digits, far above the last bits in
which mathematical libraries differ, so drawn values are equal on every machine.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from statistics import NormalDist
from typing import Annotated, Any

from pydantic import (
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    field_validator,
    model_validator,
)

from degrade.pipeline.values import Constant, End, Number, Weight, Whole, chooser, rounded
from degrade.reader.records import Strict
from degrade.trace import Scalar

Supports = Mapping[str, Sequence[Scalar]]
"""The extreme or possible values of a stage's earlier fields."""

Quantile = Callable[[float, Mapping[str, Scalar]], Scalar]
"""(u in (0, 1), the stage's earlier values) -> the value at u."""

_STANDARD_NORMAL = NormalDist()


class Distribution(Strict, ABC):
    """Base of the distributions."""

    @abstractmethod
    def quantile(self) -> Quantile:
        """The quantile function: made once for a pipeline, called for every sample."""

    @abstractmethod
    def support(self, earlier: Supports) -> list[Scalar]:
        """The extreme values of an interval, or every possible value of a finite set."""

    def continuous(self) -> bool:
        """Whether values between the extremes occur, so that an integer field cannot take it."""
        return False

    def names(self) -> set[str]:
        """The earlier fields that the value is given by."""
        return set()


def _interval(bounds: tuple[float, float]) -> tuple[float, float]:
    if bounds[0] > bounds[1]:
        raise ValueError(f"the low end {bounds[0]:g} is above the high end {bounds[1]:g}")
    return bounds


class Uniform(Distribution):
    """Uniform on [low, high]."""

    uniform: tuple[Number, Number]
    _ordered = field_validator("uniform")(_interval)

    def quantile(self) -> Quantile:
        low, high = self.uniform
        width = high - low

        def at(u: float, earlier: Mapping[str, Scalar]) -> float:
            value = rounded(low + u * width)
            return value if low <= value <= high else min(max(value, low), high)

        return at

    def support(self, earlier: Supports) -> list[Scalar]:
        return list(self.uniform)

    def continuous(self) -> bool:
        return self.uniform[0] != self.uniform[1]


class LogUniform(Distribution):
    """Uniform in the logarithm on [low, high], low > 0."""

    log_uniform: tuple[Number, Number]

    @field_validator("log_uniform")
    @classmethod
    def _positive(cls, bounds: tuple[float, float]) -> tuple[float, float]:
        if bounds[0] <= 0:
            raise ValueError(f"the low end must be above 0, not {bounds[0]:g}")
        return _interval(bounds)

    def quantile(self) -> Quantile:
        low, high = self.log_uniform
        start, width = math.log(low), math.log(high) - math.log(low)
        return lambda u, earlier: rounded(min(max(math.exp(start + u * width), low), high))

    def support(self, earlier: Supports) -> list[Scalar]:
        return list(self.log_uniform)

    def continuous(self) -> bool:
        return True


class UniformPowerParameters(Strict):
    """The interval of the uniform value, and the power that it is raised to."""

    low: Annotated[Number, Field(gt=0)]
    high: Annotated[Number, Field(gt=0)]
    power: Number

    @model_validator(mode="after")
    def _ordered(self) -> UniformPowerParameters:
        _interval((self.low, self.high))
        for side in (self.low, self.high):
            try:
                side**self.power
            except OverflowError as error:
                raise ValueError(
                    f"{side} to the power {self.power} is no finite number; take a smaller power"
                ) from error
        return self


class UniformPower(Distribution):
    """A power of a uniform value: 0.5 for the sigma of an even variance, -1 for the factor of a divisor."""

    uniform_power: UniformPowerParameters

    def _at(self, u: float) -> float:
        low, high = self.uniform_power.low, self.uniform_power.high
        return rounded((low + u * (high - low)) ** self.uniform_power.power)

    def quantile(self) -> Quantile:
        return lambda u, earlier: self._at(u)

    def support(self, earlier: Supports) -> list[Scalar]:
        return sorted((self._at(0.0), self._at(1.0)))

    def continuous(self) -> bool:
        return True


class NormalParameters(Strict):
    """Mean and standard deviation, cut to [low, high] where given (the cut shape is renormalised)."""

    mean: Number
    std: Annotated[Number, Field(gt=0)]
    low: End = -math.inf
    high: End = math.inf

    model_config = ConfigDict(allow_inf_nan=True)

    @model_validator(mode="after")
    def _reachable(self) -> NormalParameters:
        if not (math.isfinite(self.mean) and math.isfinite(self.std) and self.low < self.high):
            raise ValueError(
                f"needs finite mean and std, and low < high, not {self.low}, {self.high}"
            )
        return self


class Normal(Distribution):
    """Normal, or normal cut to an interval."""

    normal: NormalParameters

    def quantile(self) -> Quantile:
        shape = NormalDist(self.normal.mean, self.normal.std)
        below, above = shape.cdf(self.normal.low), shape.cdf(self.normal.high)

        def at(u: float, earlier: Mapping[str, Scalar]) -> float:
            part = min(max(below + u * (above - below), 2.0**-53), 1.0 - 2.0**-53)
            value = self.normal.mean + self.normal.std * _STANDARD_NORMAL.inv_cdf(part)
            return rounded(min(max(value, self.normal.low), self.normal.high))

        return at

    def support(self, earlier: Supports) -> list[Scalar]:
        # Nine standard deviations hold every value that a 52-bit uniform can reach.
        reach = 9 * self.normal.std
        return [
            max(self.normal.low, self.normal.mean - reach),
            min(self.normal.high, self.normal.mean + reach),
        ]

    def continuous(self) -> bool:
        return True


MOST_VALUES = 100_000


class Integer(Distribution):
    """Uniform over low, low + step, ..., high."""

    integer: tuple[Whole, Whole] | tuple[Whole, Whole, Annotated[Whole, Field(ge=1)]]

    @field_validator("integer")
    @classmethod
    def _reachable(cls, bounds: tuple[int, ...]) -> tuple[int, ...]:
        low, high, step = (*bounds, 1)[:3]
        if low > high or (high - low) % step:
            raise ValueError(f"{high} is not {low} plus a multiple of {step}")
        if (high - low) // step >= MOST_VALUES:
            raise ValueError(
                f"more than {MOST_VALUES} values; use a continuous form or a larger step"
            )
        return bounds

    def values(self) -> range:
        low, high, step = (*self.integer, 1)[:3]
        return range(low, high + 1, step)

    def quantile(self) -> Quantile:
        values = self.values()
        count = len(values)
        return lambda u, earlier: values[int(u * count)]

    def support(self, earlier: Supports) -> list[Scalar]:
        return list(self.values())


def _is_weighted(value: Any) -> str:
    return "weights" if isinstance(value, Mapping) else "list"


class Choice(Distribution):
    """One of a list, evenly, or one of a mapping from value to weight."""

    choice: Annotated[
        Annotated[list[Constant], Field(min_length=1), Tag("list")]
        | Annotated[dict[Constant, Weight], Field(min_length=1), Tag("weights")],
        Discriminator(_is_weighted),
    ]

    @model_validator(mode="after")
    def _possible(self) -> Choice:
        if not any(self.weights()):
            raise ValueError("the weights add up to 0")
        return self

    def weights(self) -> list[float]:
        return (
            list(self.choice.values())
            if isinstance(self.choice, dict)
            else [1.0] * len(self.choice)
        )

    def quantile(self) -> Quantile:
        choose = chooser(list(self.choice), self.weights())
        return lambda u, earlier: choose(u)

    def support(self, earlier: Supports) -> list[Scalar]:
        return list(self.choice)
