"""A pipeline compiled for drawing a whole batch at once, column by column.

First the structure: samples are parted where a choice, a maybe, a shuffle or a repeat parts them, and every
stage gets its samples and its place among the steps of each. Then all values of all stages together, see
`leaves`. What is drawn is what `drawn` gives for each sample alone, bit for bit.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from typing import NamedTuple

import numpy as np
from pydantic import ValidationError

from degrade.columns import Floats, Integers, LabelledStage, NoColumnError
from degrade.operators.base import Parameters
from degrade.operators.table import OPERATORS
from degrade.pipeline.distributions import Distribution
from degrade.pipeline.drawn import (
    Body,
    ConstantStage,
    DrawnChoice,
    DrawnMaybe,
    DrawnNode,
    DrawnRepeat,
    DrawnShuffle,
    DrawnStage,
)
from degrade.pipeline.leaves import LeafTable, Leaves
from degrade.pipeline.orders import order_at
from degrade.pipeline.program import DrawingProgram
from degrade.pipeline.specs import Spec
from degrade.trace import Scalar

AnyStage = ConstantStage | DrawnStage


class Found(NamedTuple):
    """The samples that run a stage, and the step's place in each: int64 (n,) each."""

    stage: AnyStage
    samples: Integers
    places: Integers


class Spread:
    """Parts samples by their draws. chances: of each column that parts them, float64 (samples,)."""

    def __init__(self, chances: Mapping[int, Floats], count: int) -> None:
        self.chances = chances
        self.at = np.zeros(count, np.int64)
        self.found: list[Found] = []

    def body(self, body: Body, samples: Integers) -> None:
        if len(samples):
            for node in body:
                self.node(node, samples)

    def node(self, node: DrawnNode, samples: Integers) -> None:
        match node:
            case ConstantStage() | DrawnStage():
                self.found.append(Found(node, samples, self.at[samples]))
                self.at[samples] += 1
            case DrawnChoice():
                self.choice(node, samples)
            case DrawnMaybe():
                chances = self.chances[node.column][samples]
                self.body(node.body, samples[chances < node.probability])
            case DrawnShuffle():
                self.shuffle(node, samples)
            case DrawnRepeat():
                self.repeat(node, samples)

    def choice(self, node: DrawnChoice, samples: Integers) -> None:
        which = np.searchsorted(node.ends, self.chances[node.column][samples], side="right")
        for branch, body in enumerate(node.branches):
            if body:
                self.body(body, samples[which == branch])

    def repeat(self, node: DrawnRepeat, samples: Integers) -> None:
        chances = self.chances[node.column][samples].tolist()
        times = np.array([int(node.times(chance, {})) for chance in chances])
        for number, body in enumerate(node.rounds):
            self.body(body, samples[times > number])

    def shuffle(self, node: DrawnShuffle, samples: Integers) -> None:
        """Each item as if it came first; then all are moved to behind those that come before them."""
        start, bounds = self.at, [len(self.found)]
        lengths = np.empty((len(node.items), len(samples)), np.int64)
        for item, body in enumerate(node.items):
            self.at = np.zeros_like(start)
            self.body(body, samples)
            lengths[item] = self.at[samples]
            bounds.append(len(self.found))
        begins = _begins(node, self.chances[node.column][samples], lengths)
        for item, (first, end) in enumerate(pairwise(bounds)):
            offset = np.zeros_like(start)
            offset[samples] = start[samples] + begins[item]
            for found in self.found[first:end]:
                found.places[:] += offset[found.samples]
        self.at = start
        self.at[samples] += lengths.sum(axis=0)


def _begins(node: DrawnShuffle, chances: Floats, lengths: Integers) -> Integers:
    """How many steps come before each item, int64 (items, samples)."""
    count = len(node.items)
    orders = [order_at(chance, count, node.constraints) for chance in chances.tolist()]
    order = np.array(orders, np.int64).reshape(-1, count).T
    own = np.take_along_axis(lengths, order, axis=0)
    begins = np.empty_like(lengths)
    np.put_along_axis(begins, order, own.cumsum(axis=0) - own, axis=0)
    return begins


@dataclass(frozen=True, eq=False)
class OperatorStages:
    """All stages of one operator in a tree.

    fields: names. leaves: int64 (stages, fields); columns: the addresses of their draws, -1 for those that draw
    nothing; key_columns: of the noise keys `keys`, int64 (stages, keys).
    """

    op: str
    nodes: Sequence[AnyStage]
    stages: Sequence[LabelledStage]
    fields: tuple[str, ...]
    leaves: Integers
    columns: Integers
    keys: tuple[str, ...]
    key_columns: Integers


@dataclass(frozen=True, eq=False)
class ColumnarProgram:
    """structure: columns of the addresses that part samples. levels: of each column, how many others of the
    stage must be known before it is.
    """

    structure: tuple[int, ...]
    hr: Sequence[OperatorStages]
    lr: Sequence[OperatorStages]
    table: LeafTable
    levels: Integers


def stages_of(body: Body) -> Iterator[AnyStage]:
    """All stages under a body."""
    for node in body:
        if isinstance(node, ConstantStage | DrawnStage):
            yield node
        else:
            for inner in bodies_of(node):
                yield from stages_of(inner)


def bodies_of(node: DrawnNode) -> Sequence[Body]:
    match node:
        case DrawnChoice(branches=bodies) | DrawnShuffle(items=bodies) | DrawnRepeat(rounds=bodies):
            return bodies
        case DrawnMaybe(body=body):
            return (body,)
    return ()


def _structure(body: Body) -> Iterator[int]:
    for node in body:
        if isinstance(node, DrawnChoice | DrawnMaybe | DrawnShuffle | DrawnRepeat):
            yield node.column
            for inner in bodies_of(node):
                yield from _structure(inner)


class _ColumnCompiler:
    def __init__(self, program: DrawingProgram) -> None:
        self.program = program
        self.leaves = Leaves()
        self.levels = np.zeros(len(program.addresses), np.int64)

    def operators(self, body: Body) -> list[OperatorStages]:
        own: dict[str, list[AnyStage]] = {}
        for stage in stages_of(body):
            own.setdefault(_name(stage), []).append(stage)
        return [self.operator(op, nodes) for op, nodes in own.items()]

    def operator(self, op: str, nodes: Sequence[AnyStage]) -> OperatorStages:
        fields = _fields(nodes[0])
        keys = tuple(name for name, _ in nodes[0].keys) if isinstance(nodes[0], DrawnStage) else ()
        rows = [self.stage(node, fields) for node in nodes]
        shape = len(nodes), len(fields)
        return OperatorStages(
            op=op,
            nodes=nodes,
            stages=[_stage(node) for node in nodes],
            fields=fields,
            leaves=np.array([leaves for leaves, _ in rows], np.int64).reshape(shape),
            columns=np.array([columns for _, columns in rows], np.int64).reshape(shape),
            keys=keys,
            key_columns=np.array([self.keys(node) for node in nodes], np.int64).reshape(
                len(nodes), len(keys)
            ),
        )

    def stage(self, node: AnyStage, fields: Sequence[str]) -> tuple[list[int], list[int]]:
        """Leaf and column of each field."""
        places = {name: place for place, name in enumerate(fields)}
        known = dict[str, tuple[Spec | Distribution, int]]()
        if isinstance(node, ConstantStage):
            known |= {name: (value, -1) for name, value in node.step.values.items()}
        else:
            known |= {name: (value, -1) for name, value in node.constants.items()}
            known |= dict(self.drawn(node))
        leaves = [self.leaves.leaf(known[name][0], places) for name in fields]
        return leaves, [known[name][1] for name in fields]

    def drawn(self, node: DrawnStage) -> Iterator[tuple[str, tuple[Spec | Distribution, int]]]:
        """Distribution and column of each drawn field; notes how many others each waits for."""
        levels: dict[str, int] = {}
        for (name, _, column), spec in zip(node.fields, node.specs, strict=True):
            levels[name] = max((levels.get(one, -1) for one in spec.names()), default=-1) + 1
            self.levels[column] = levels[name]
            yield name, (spec, column)

    def keys(self, node: AnyStage) -> list[int]:
        if isinstance(node, ConstantStage):
            return []
        return [self.program.keys[index] for _, index in node.keys]


def _name(stage: AnyStage) -> str:
    return stage.step.op if isinstance(stage, ConstantStage) else stage.op


def _stage(node: AnyStage) -> LabelledStage:
    if isinstance(node, ConstantStage):
        return LabelledStage(node.step.label, node.step)
    return LabelledStage(node.label, None)


def _fields(node: AnyStage) -> tuple[str, ...]:
    if isinstance(node, ConstantStage):
        return tuple(node.step.values)
    return (*node.constants, *(name for name, _, _ in node.fields))


MOST_CORNERS = 512
"""Records that a stage is tried with; one that would need more is left to its traces."""


def _suits(stage: AnyStage) -> bool:
    """Whether all that a stage can draw suits its operator's record.

    Reading a pipeline holds every field's reach against its own range; what is left are rules that join fields.
    They bound combinations of values, so that what holds at all corners of the reach holds within.
    """
    parameters = OPERATORS[_name(stage)].parameters
    if isinstance(stage, ConstantStage) or not parameters.__pydantic_decorators__.model_validators:
        return True
    reach: dict[str, Sequence[Scalar]] = {name: [value] for name, value in stage.constants.items()}
    for (name, _, _), spec in zip(stage.fields, stage.specs, strict=True):
        reach[name] = list(dict.fromkeys(spec.support(reach)))
    keys = {name: "0" * 16 for name, _ in stage.keys}
    if math.prod(map(len, reach.values())) > MOST_CORNERS:
        return False
    return all(
        _valid(parameters, {**dict(zip(reach, corner, strict=True)), **keys})
        for corner in product(*reach.values())
    )


def _valid(parameters: type[Parameters], values: Mapping[str, Scalar]) -> bool:
    try:
        parameters.model_validate(values)
    except ValidationError:
        return False
    return True


def columnar(program: DrawingProgram) -> ColumnarProgram | None:
    """The program for whole batches; None for a pipeline that only its traces can tell: with a caller's own
    operators, or with a stage that refers to another.
    """
    if program.own or not all(map(_suits, (*stages_of(program.hr), *stages_of(program.lr)))):
        return None
    compiler = _ColumnCompiler(program)
    try:
        hr, lr = compiler.operators(program.hr), compiler.operators(program.lr)
    except NoColumnError:
        return None
    structure = (*_structure(program.hr), *_structure(program.lr))
    table = LeafTable(compiler.leaves)
    return ColumnarProgram(structure, hr, lr, table, compiler.levels)
