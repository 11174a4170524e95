"""A pipeline flattened for drawing: nodes that turn one sample's draws into steps.

`degrade.pipeline.program` makes them once for a pipeline. What a sample costs is decided here, so whatever does
not depend on the sample is settled beforehand: names, constants, whole steps that draw nothing.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from degrade.address import noise_key
from degrade.pipeline.distributions import Distribution, Quantile
from degrade.pipeline.orders import order_at
from degrade.trace import Scalar, Step


class Draws(NamedTuple):
    """One sample's draws: a uniform for each address, and the two words of a key for each noise key."""

    chances: Sequence[float]
    low: Sequence[int]
    high: Sequence[int]


NOTHING = Draws((), (), ())


class DrawnNode(Protocol):
    """Adds the steps that one sample's draws make of a node. `column` is an index into the uniforms."""

    def run(self, draws: Draws, steps: list[Step]) -> None: ...


Body = tuple[DrawnNode, ...]


def run(body: Body, draws: Draws, steps: list[Step]) -> None:
    """Adds the steps of a body in its order."""
    for node in body:
        node.run(draws, steps)


@dataclass(frozen=True, slots=True)
class ConstantStage:
    """A stage that draws nothing: all traces share its one step."""

    step: Step

    def run(self, draws: Draws, steps: list[Step]) -> None:
        steps.append(self.step)


@dataclass(frozen=True, slots=True)
class DrawnStage:
    """A stage with its whole label, of which `op`, `version` and `origin` are the operator's.

    constants: the fields that are not drawn. fields: those that are, with their quantile functions and their
    columns. keys: noise keys, with their indices into the words of keys. specs: the distributions of `fields`.
    """

    op: str
    version: int
    label: str
    constants: Mapping[str, Scalar]
    fields: tuple[tuple[str, Quantile, int], ...]
    keys: tuple[tuple[str, int], ...]
    origin: str = ""
    specs: tuple[Distribution, ...] = ()

    def run(self, draws: Draws, steps: list[Step]) -> None:
        chances, low, high = draws
        values = {**self.constants}
        for name, at, column in self.fields:
            values[name] = at(chances[column], values)
        for name, index in self.keys:
            values[name] = noise_key(low[index], high[index])
        steps.append(Step(self.op, self.version, self.label, values, self.origin))


@dataclass(frozen=True, slots=True)
class DrawnChoice:
    """ends: where in (0, 1) all branches but the last end, ascending."""

    column: int
    ends: tuple[float, ...]
    branches: tuple[Body, ...]

    def run(self, draws: Draws, steps: list[Step]) -> None:
        run(self.branches[bisect_right(self.ends, draws.chances[self.column])], draws, steps)


@dataclass(frozen=True, slots=True)
class DrawnMaybe:
    column: int
    probability: float
    body: Body

    def run(self, draws: Draws, steps: list[Step]) -> None:
        if draws.chances[self.column] < self.probability:
            run(self.body, draws, steps)


@dataclass(frozen=True, slots=True)
class DrawnShuffle:
    column: int
    constraints: tuple[tuple[int, int], ...]
    items: tuple[Body, ...]

    def run(self, draws: Draws, steps: list[Step]) -> None:
        for item in order_at(draws.chances[self.column], len(self.items), self.constraints):
            run(self.items[item], draws, steps)


@dataclass(frozen=True, slots=True)
class DrawnRepeat:
    column: int
    times: Quantile
    rounds: tuple[Body, ...]

    def run(self, draws: Draws, steps: list[Step]) -> None:
        for body in self.rounds[: int(self.times(draws.chances[self.column], {}))]:
            run(body, draws, steps)
