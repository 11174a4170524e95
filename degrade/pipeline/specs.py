"""What a pipeline may write for a field: a constant, a distribution, or distributions put together.

Mixtures, tables of cases and values for each round hand their one uniform on to the part that holds.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, TypeVar

from pydantic import Discriminator, Field, Tag, model_validator

from degrade.errors import PipelineError
from degrade.pipeline.distributions import (
    Choice,
    Distribution,
    Integer,
    LogUniform,
    Normal,
    Quantile,
    Supports,
    Uniform,
    UniformPower,
)
from degrade.pipeline.values import Constant, Number, Weight, picker, rounded
from degrade.reader.records import Strict
from degrade.trace import Scalar

Model = TypeVar("Model", bound=Strict)


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

    def quantile(self) -> Quantile:
        pick = picker([part.weight for part in self.mixture])
        parts = [quantile(part.of) for part in self.mixture]

        def at(u: float, earlier: Mapping[str, Scalar]) -> Scalar:
            index, rest = pick(u)
            return parts[index](rest, earlier)

        return at

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

    def plain(self) -> bool:
        return not self.model_fields_set & {"slope", "intercept", "plus"}

    def quantile(self) -> Quantile:
        if self.cases is not None:
            return self._by_case(self.cases)
        if self.plain():
            return lambda u, earlier: earlier[self.given]
        plus = quantile(0.0 if self.plus is None else self.plus)

        def affine(u: float, earlier: Mapping[str, Scalar]) -> float:
            given, noise = float(earlier[self.given]), float(plus(u, earlier))
            return rounded(self.slope * given + self.intercept + noise)

        return affine

    def _by_case(self, cases: Sequence[Case]) -> Quantile:
        *table, (_, otherwise) = [(case.holds, quantile(case.value)) for case in cases]

        def at(u: float, earlier: Mapping[str, Scalar]) -> Scalar:
            given = earlier[self.given]
            for holds, value in table:
                if holds(given):
                    return value(u, earlier)
            return otherwise(u, earlier)

        return at

    def support(self, earlier: Supports) -> list[Scalar]:
        if self.cases is not None:
            return _joined((case.value for case in self.cases), earlier)
        known = earlier[self.given]
        if self.plain():
            return list(known)
        noise = [0.0] if self.plus is None else support(self.plus, earlier)
        return [self._at(given, extra) for given in known for extra in noise]

    def _at(self, given: Scalar, extra: Scalar) -> float:
        """Raises ValueError for words, and for what no float holds."""
        if isinstance(given, str) or isinstance(extra, str):
            word = given if isinstance(given, str) else extra
            raise ValueError(f"{word!r} is no number to add or multiply; give `cases` instead")
        value = self.slope * float(given) + self.intercept + float(extra)
        if not math.isfinite(value):
            raise ValueError(f"slope {self.slope:g} and field {given:g} make no finite number")
        return value

    def continuous(self) -> bool:
        if self.cases is not None:
            return any(continuous(case.value) for case in self.cases)
        return not self.plain()

    def names(self) -> set[str]:
        inner = [case.value for case in self.cases or []] + (
            [self.plus] if self.plus is not None else []
        )
        return {self.given, *(name for spec in inner for name in names(spec))}


class PerRepeat(Distribution):
    """One distribution for each round of the enclosing `repeat`; the last one serves any further round."""

    per_repeat: Annotated[list[Spec], Field(min_length=1)]

    def quantile(self) -> Quantile:
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
    UniformPower,
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
    | Annotated[UniformPower, Tag("uniform_power")]
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


def quantile(spec: Spec) -> Quantile:
    """A field's quantile function, constants included."""
    if isinstance(spec, Distribution):
        return spec.quantile()
    return lambda u, earlier: spec


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
