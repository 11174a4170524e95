"""Distributions of a pipeline's fields: one uniform in, one value out.

Every field consumes exactly one uniform of the open interval (0, 1), whether it is used or not. Mixtures and
cases hand that uniform on: a mixture rescales it within the part that it fell into, so one uniform decides
the branch and the value. Real values are rounded to nine significant digits, far above the last bits in
which mathematical libraries differ, so drawn values are equal on every machine.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from statistics import NormalDist
from typing import Annotated, Any, TypeVar

from pydantic import (
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    field_validator,
    model_validator,
)

from degrade.errors import PipelineError
from degrade.trace import Scalar
from degrade.values import Constant, Number, Strict, Weight, pick, rounded

Model = TypeVar("Model", bound=Strict)

Supports = Mapping[str, Sequence[Scalar]]
"""The extreme or possible values of a stage's earlier fields."""

_STANDARD_NORMAL = NormalDist()


class Distribution(Strict, ABC):
    """Base of the distributions."""

    @abstractmethod
    def quantile(self, u: float, earlier: Mapping[str, Scalar]) -> Scalar:
        """The value at u in (0, 1), given the stage's earlier values."""

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

    def quantile(self, u: float, earlier: Mapping[str, Scalar]) -> float:
        low, high = self.uniform
        return min(max(rounded(low + u * (high - low)), low), high)

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

    def quantile(self, u: float, earlier: Mapping[str, Scalar]) -> float:
        low, high = self.log_uniform
        value = math.exp(math.log(low) + u * (math.log(high) - math.log(low)))
        return rounded(min(max(value, low), high))

    def support(self, earlier: Supports) -> list[Scalar]:
        return list(self.log_uniform)

    def continuous(self) -> bool:
        return True


class NormalParameters(Strict):
    """Mean and standard deviation, cut to [low, high] where given (the cut shape is renormalised)."""

    mean: Number
    std: Annotated[Number, Field(gt=0)]
    low: Number = -math.inf
    high: Number = math.inf

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=True)

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

    def quantile(self, u: float, earlier: Mapping[str, Scalar]) -> float:
        shape = NormalDist(self.normal.mean, self.normal.std)
        below, above = shape.cdf(self.normal.low), shape.cdf(self.normal.high)
        part = min(max(below + u * (above - below), 2.0**-53), 1.0 - 2.0**-53)
        value = self.normal.mean + self.normal.std * _STANDARD_NORMAL.inv_cdf(part)
        return rounded(min(max(value, self.normal.low), self.normal.high))

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

    integer: tuple[int, int] | tuple[int, int, Annotated[int, Field(ge=1)]]

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

    def quantile(self, u: float, earlier: Mapping[str, Scalar]) -> int:
        values = self.values()
        return values[int(u * len(values))]

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

    def quantile(self, u: float, earlier: Mapping[str, Scalar]) -> Scalar:
        return list(self.choice)[pick(self.weights(), u)[0]]

    def support(self, earlier: Supports) -> list[Scalar]:
        return list(self.choice)


class Part(Strict):
    """A part of a mixture."""

    weight: Weight
    of: Spec


class Mixture(Distribution):
    """Several distributions by weight."""

    mixture: Annotated[list[Part], Field(min_length=1)]

    @model_validator(mode="after")
    def _possible(self) -> Mixture:
        if not any(part.weight for part in self.mixture):
            raise ValueError("the weights add up to 0")
        return self

    def quantile(self, u: float, earlier: Mapping[str, Scalar]) -> Scalar:
        index, rest = pick([part.weight for part in self.mixture], u)
        return quantile(self.mixture[index].of, rest, earlier)

    def support(self, earlier: Supports) -> list[Scalar]:
        return _joined((part.of for part in self.mixture), earlier)

    def continuous(self) -> bool:
        return any(continuous(part.of) for part in self.mixture)

    def names(self) -> set[str]:
        return {name for part in self.mixture for name in names(part.of)}


class Case(Strict):
    """One row of a table: taken if the given field equals, or is at most, the stated value."""

    equals: Constant | None = None
    up_to: Number | None = None
    value: Spec

    @model_validator(mode="after")
    def _one_test(self) -> Case:
        if self.equals is not None and self.up_to is not None:
            raise ValueError("`equals` and `up_to` exclude each other")
        return self

    def holds(self, given: Scalar) -> bool:
        if self.equals is not None:
            return given == self.equals
        if self.up_to is None:
            return True
        return not isinstance(given, str) and given <= self.up_to


class Given(Distribution):
    """By an earlier field of the same stage: a table of cases, or slope * field + intercept (+ noise).

    `given: sigma_x` alone is that field's value.
    """

    given: str
    cases: Annotated[list[Case], Field(min_length=1)] | None = None
    slope: Number = 1.0
    intercept: Number = 0.0
    plus: Spec | None = None

    @model_validator(mode="after")
    def _either(self) -> Given:
        affine = self.model_fields_set & {"slope", "intercept", "plus"}
        if self.cases is not None and affine:
            raise ValueError(f"`cases` and `{sorted(affine)[0]}` exclude each other")
        if self.cases is not None and (self.cases[-1].equals, self.cases[-1].up_to) != (None, None):
            raise ValueError(
                "the last case must be without `equals` and `up_to`, to catch the rest"
            )
        return self

    def _plain(self) -> bool:
        return not self.model_fields_set & {"slope", "intercept", "plus"}

    def quantile(self, u: float, earlier: Mapping[str, Scalar]) -> Scalar:
        given = earlier[self.given]
        if self.cases is not None:
            chosen = next(case for case in self.cases if case.holds(given))
            return quantile(chosen.value, u, earlier)
        if self._plain():
            return given
        noise = 0.0 if self.plus is None else float(quantile(self.plus, u, earlier))
        return rounded(self.slope * float(given) + self.intercept + noise)

    def support(self, earlier: Supports) -> list[Scalar]:
        if self.cases is not None:
            return _joined((case.value for case in self.cases), earlier)
        known = earlier[self.given]
        if self._plain():
            return list(known)
        noise = [0.0] if self.plus is None else support(self.plus, earlier)
        return [
            self.slope * float(given) + self.intercept + float(extra)
            for given in known
            for extra in noise
        ]

    def continuous(self) -> bool:
        if self.cases is not None:
            return any(continuous(case.value) for case in self.cases)
        return not self._plain()

    def names(self) -> set[str]:
        inner = [case.value for case in self.cases or []] + (
            [self.plus] if self.plus is not None else []
        )
        return {self.given, *(name for spec in inner for name in names(spec))}


class PerRepeat(Distribution):
    """One distribution for each round of the enclosing `repeat`; the last one serves any further round."""

    per_repeat: Annotated[list[Spec], Field(min_length=1)]

    def quantile(self, u: float, earlier: Mapping[str, Scalar]) -> Scalar:
        raise PipelineError("`per_repeat` has a meaning only inside `repeat`")

    def support(self, earlier: Supports) -> list[Scalar]:
        return _joined(self.per_repeat, earlier)

    def continuous(self) -> bool:
        return any(continuous(spec) for spec in self.per_repeat)

    def names(self) -> set[str]:
        return {name for spec in self.per_repeat for name in names(spec)}


FORMS: tuple[type[Distribution], ...] = (
    Uniform,
    LogUniform,
    Normal,
    Integer,
    Choice,
    Mixture,
    Given,
    PerRepeat,
)


def _form(value: Any) -> str:
    """The tag of a field's value: the form's own key, or `constant`."""
    if isinstance(value, Distribution):
        return next(iter(type(value).model_fields))
    if not isinstance(value, Mapping):
        return "constant"
    known = [key for form in FORMS if (key := next(iter(form.model_fields))) in value]
    return known[0] if known else str(next(iter(value), "nothing"))


Spec = Annotated[
    Annotated[Constant, Tag("constant")]
    | Annotated[Uniform, Tag("uniform")]
    | Annotated[LogUniform, Tag("log_uniform")]
    | Annotated[Normal, Tag("normal")]
    | Annotated[Integer, Tag("integer")]
    | Annotated[Choice, Tag("choice")]
    | Annotated[Mixture, Tag("mixture")]
    | Annotated[Given, Tag("given")]
    | Annotated[PerRepeat, Tag("per_repeat")],
    Discriminator(_form),
]
"""What a pipeline may write for a field: a constant or one of the forms."""

for _model in (Part, Mixture, Case, Given, PerRepeat):
    _model.model_rebuild()


def quantile(spec: Spec, u: float, earlier: Mapping[str, Scalar]) -> Scalar:
    """The value of a field at u, constants included."""
    return spec.quantile(u, earlier) if isinstance(spec, Distribution) else spec


def support(spec: Spec, earlier: Supports) -> list[Scalar]:
    return spec.support(earlier) if isinstance(spec, Distribution) else [spec]


def continuous(spec: Spec) -> bool:
    return isinstance(spec, Distribution) and spec.continuous()


def names(spec: Spec) -> set[str]:
    return spec.names() if isinstance(spec, Distribution) else set()


def _joined(specs: Iterable[Spec], earlier: Supports) -> list[Scalar]:
    return [value for spec in specs for value in support(spec, earlier)]


def for_round(spec: Spec, index: int | None) -> Spec:
    """The distribution that holds in round `index` of the enclosing repeat, at any depth.

    index: None outside a repeat, where `per_repeat` raises PipelineError.
    """
    match spec:
        case PerRepeat():
            if index is None:
                raise PipelineError("`per_repeat` has a meaning only inside `repeat`")
            return for_round(spec.per_repeat[min(index, len(spec.per_repeat) - 1)], index)
        case Mixture():
            parts = [_updated(part, of=for_round(part.of, index)) for part in spec.mixture]
            return _updated(spec, mixture=parts)
        case Given(cases=list(cases)):
            return _updated(
                spec, cases=[_updated(case, value=for_round(case.value, index)) for case in cases]
            )
        case Given(plus=plus) if plus is not None:
            return _updated(spec, plus=for_round(plus, index))
    return spec


def _updated(model: Model, **fields: Any) -> Model:
    return model.model_copy(update=fields)
