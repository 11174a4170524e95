"""The distributions of a pipeline as one table, so that many draws of different fields are evaluated together.

A leaf is a distribution or a part of one. A part is chosen by replacing a leaf by the part's own, with the rest
of its uniform; then all leaves of a kind are evaluated at once, each step as the scalar quantile has it, and
what no kind covers by the scalar quantile itself.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from enum import IntEnum
from typing import NamedTuple

import numpy as np

from degrade.columns import Floats, Integers, NoColumnError, Vocabulary
from degrade.pipeline.distributions import (
    Choice,
    Distribution,
    Integer,
    LogUniform,
    Quantile,
    Uniform,
)
from degrade.pipeline.specs import Case, Given, Mixture, Spec
from degrade.pipeline.values import LEAST, MOST, Division, rounded_all
from degrade.trace import Scalar


class Kind(IntEnum):
    CONSTANT = 0
    UNIFORM = 1
    LOG_UNIFORM = 2
    INTEGER = 3
    FIELD = 4
    SCALAR = 5
    CUT = 6
    CASES = 7


_FIELD, _SCALAR, _CUT, _CASES = map(int, (Kind.FIELD, Kind.SCALAR, Kind.CUT, Kind.CASES))
"""As plain numbers: looking one up in the enumeration costs as much as a call of numpy."""

NUMBERS = 4
"""Of a leaf. Constant: value. Uniform: low, width, high. Log-uniform: start, width, low, high. Integer: low,
step, count. Field: which. Cut: row of the cuts."""


class Cases(NamedTuple):
    """A table by an earlier field. tests: (what must be equalled or None, bound, leaf), in order."""

    field: int
    tests: Sequence[tuple[float | None, float, int]]


class Scalars(NamedTuple):
    """A quantile that is evaluated value by value, and the earlier fields that it may look at."""

    at: Quantile
    earlier: Mapping[str, int]


class Leaves:
    """Collects leaves. `field` gives the leaf of a field's distribution."""

    def __init__(self) -> None:
        self.vocabulary = Vocabulary()
        self.kinds: list[int] = []
        self.numbers: list[tuple[float, ...]] = []
        self.cuts: list[tuple[Division, list[int]]] = []
        self.cases: dict[int, Cases] = {}
        self.scalars: dict[int, Scalars] = {}

    def add(self, kind: Kind, *numbers: float) -> int:
        self.kinds.append(kind)
        self.numbers.append((*numbers, *[0.0] * (NUMBERS - len(numbers))))
        return len(self.kinds) - 1

    def constant(self, value: Scalar) -> int:
        """Raises NoColumnError for a reference to another stage, and for what is no exact number."""
        if isinstance(value, str) and value.startswith(("before:", "after:")):
            raise NoColumnError(f"{value!r} refers to another stage")
        return self.add(Kind.CONSTANT, self.vocabulary.number(value))

    def leaf(self, spec: Spec | Distribution, fields: Mapping[str, int]) -> int:
        """fields: the places of the stage's earlier fields."""
        match spec:
            case Mixture(mixture=parts):
                own = [self.leaf(part.of, fields) for part in parts]
                return self.cut([part.weight for part in parts], own)
            case Given(cases=list(cases)):
                return self.table(spec.given, cases, fields)
            case Given() if spec.plain():
                return self.add(Kind.FIELD, fields[spec.given])
            case Distribution():
                simple = self.simple(spec)
                return self.scalar(spec, fields) if simple is None else simple
        return self.constant(spec)

    def simple(self, spec: Distribution) -> int | None:
        """The leaf of a distribution that looks at nothing but its uniform, where a kind covers it."""
        match spec:
            case Uniform(uniform=(low, high)):
                return self.add(Kind.UNIFORM, low, high - low, high)
            case LogUniform(log_uniform=(low, high)):
                start = math.log(low)
                return self.add(Kind.LOG_UNIFORM, start, math.log(high) - start, low, high)
            case Integer():
                values = spec.values()
                return self.add(Kind.INTEGER, values.start, values.step, len(values))
            case Choice():
                return self.cut(spec.weights(), [self.constant(value) for value in spec.choice])
        return None

    def cut(self, weights: Sequence[float], leaves: Sequence[int]) -> int:
        division = Division(weights)
        self.cuts.append((division, [leaves[index] for index, _, _ in division.parts]))
        return self.add(Kind.CUT, len(self.cuts) - 1)

    def table(self, given: str, cases: Sequence[Case], fields: Mapping[str, int]) -> int:
        tests = []
        for case in cases:
            equals = None if case.equals is None else self.vocabulary.number(case.equals)
            bound = math.inf if case.up_to is None else case.up_to
            tests.append((equals, bound, self.leaf(case.value, fields)))
        leaf = self.add(Kind.CASES)
        self.cases[leaf] = Cases(fields[given], tests)
        return leaf

    def scalar(self, spec: Distribution, fields: Mapping[str, int]) -> int:
        leaf = self.add(Kind.SCALAR)
        earlier = {name: fields[name] for name in spec.names()}
        self.scalars[leaf] = Scalars(spec.quantile(), earlier)
        return leaf


class LeafTable:
    """The leaves of a pipeline, ready to be evaluated."""

    def __init__(self, leaves: Leaves) -> None:
        self.vocabulary = leaves.vocabulary
        self.cases = leaves.cases
        self.scalars = leaves.scalars
        self.kinds = np.array(leaves.kinds, np.int64)
        self.numbers = np.array(leaves.numbers, np.float64).reshape(-1, NUMBERS).T.copy()
        self._cut(leaves.cuts)

    def _cut(self, cuts: Sequence[tuple[Division, list[int]]]) -> None:
        """ends: (most - 1, cuts); starts, shares and leaves of parts: (cuts, most)."""
        most = max((len(own) for _, own in cuts), default=1)
        self.ends = np.full((most - 1, len(cuts)), np.inf)
        self.starts, self.shares = np.zeros((len(cuts), most)), np.ones((len(cuts), most))
        self.parts = np.zeros((len(cuts), most), np.int64)
        for row, (division, own) in enumerate(cuts):
            count = len(own)
            self.ends[: count - 1, row] = division.ends
            self.starts[row, :count] = [start for _, start, _ in division.parts]
            self.shares[row, :count] = [share for _, _, share in division.parts]
            self.parts[row, :count] = own

    def constants(self, leaf: Integers) -> Floats:
        """The values of leaves that are constant; others mean nothing."""
        values: Floats = self.numbers[0].take(leaf)
        return values

    def evaluate(self, leaf: Integers, u: Floats, base: Integers, values: Floats) -> Floats:
        """What leaves (n,) are at u, float64 (n,). base: where in `values` the first field of each row is."""
        leaf, u, kinds = self._resolved(leaf, u, base, values)
        out = self.constants(leaf)
        for kind in np.bincount(kinds).nonzero()[0].tolist():
            own = (kinds == kind).nonzero()[0]
            if kind in _EVALUATED:
                numbers = self.numbers.take(leaf.take(own), axis=1)
                out[own] = _EVALUATED[kind](numbers, u.take(own))
            elif kind == _FIELD:
                out[own] = values.take(base.take(own) + out.take(own).astype(np.int64))
            elif kind == _SCALAR:
                for place in own.tolist():
                    row = values[base[place] :]
                    out[place] = self._scalar(int(leaf[place]), float(u[place]), row)
        return out

    def _resolved(
        self, leaf: Integers, u: Floats, base: Integers, values: Floats
    ) -> tuple[Integers, Floats, Integers]:
        """Leaves that have no parts, what is left of their uniforms, and their kinds."""
        kinds = self.kinds.take(leaf)
        places = (kinds >= _CUT).nonzero()[0]
        if len(places):
            leaf, u = leaf.copy(), u.copy()
        while len(places):
            own = kinds.take(places)
            cut = places[own == _CUT]
            if len(cut):
                leaf[cut], u[cut] = self._parts(leaf.take(cut), u.take(cut))
            if len(cut) < len(places):
                self._by_case(places[own == _CASES], leaf, base, values)
            own = self.kinds.take(leaf.take(places))
            kinds[places] = own
            places = places[own >= _CUT]
        return leaf, u, kinds

    def _parts(self, leaf: Integers, u: Floats) -> tuple[Integers, Floats]:
        """The part of each cut that u falls into, and u's place within it."""
        row = self.numbers[0].take(leaf).astype(np.int64)
        part = (self.ends.take(row, axis=1) <= u).sum(axis=0)
        rest = (u - self.starts[row, part]) / self.shares[row, part]
        return self.parts[row, part], np.minimum(np.maximum(rest, LEAST), MOST)

    def _by_case(self, places: Integers, leaf: Integers, base: Integers, values: Floats) -> None:
        """Replaces tables by the leaf of the first case that holds."""
        tables = leaf[places]
        for table in np.bincount(tables).nonzero()[0].tolist():
            own = places[tables == table]
            given = values[base[own] + self.cases[table].field]
            leaf[own] = _first_case(given, self.cases[table].tests)

    def _scalar(self, leaf: int, u: float, row: Floats) -> float:
        at, earlier = self.scalars[leaf]
        known = {name: self.vocabulary.value(float(row[place])) for name, place in earlier.items()}
        return self.vocabulary.number(at(u, known))


def _first_case(given: Floats, tests: Sequence[tuple[float | None, float, int]]) -> Integers:
    out = np.full(len(given), tests[-1][2], np.int64)
    for equals, up_to, leaf in reversed(tests[:-1]):
        # A text is beyond every bound.
        holds = given == equals if equals is not None else given <= up_to
        out[holds] = leaf
    return out


def _uniform(numbers: Floats, u: Floats) -> Floats:
    low, width, high, _ = numbers
    values: Floats = np.minimum(np.maximum(rounded_all(low + u * width), low), high)
    return values


def _log_uniform(numbers: Floats, u: Floats) -> Floats:
    start, width, low, high = numbers
    # numpy's exp may differ from the library's in the last bit.
    powers = np.array([math.exp(power) for power in (start + u * width).tolist()])
    return rounded_all(np.minimum(np.maximum(powers, low), high))


def _integer(numbers: Floats, u: Floats) -> Floats:
    low, step, count, _ = numbers
    values: Floats = low + step * np.floor(u * count)
    return values


_EVALUATED: Mapping[int, Callable[[Floats, Floats], Floats]] = {
    Kind.UNIFORM: _uniform,
    Kind.LOG_UNIFORM: _log_uniform,
    Kind.INTEGER: _integer,
}
