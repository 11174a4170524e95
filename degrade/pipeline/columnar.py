"""A pipeline compiled for drawing a whole batch at once, column by column.

Stages are numbered, those of an operator one after the other. First samples are parted, see `spread`; then all
values of all their steps are drawn together, see `leaves`. What is drawn is what `drawn` gives for each sample
alone, bit for bit.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

import numpy as np
from pydantic import ValidationError

from degrade.columns import Floats, Integers, LabelledStage, NoColumnError
from degrade.operators.base import Parameters
from degrade.operators.table import OPERATORS
from degrade.pipeline.distributions import Distribution
from degrade.pipeline.drawn import Body, ConstantStage, DrawnStage
from degrade.pipeline.leaves import LeafTable, Leaves
from degrade.pipeline.program import DrawingProgram
from degrade.pipeline.specs import Spec
from degrade.pipeline.spread import AnyStage, parting_columns, stages_of
from degrade.trace import Scalar


class OperatorStages(NamedTuple):
    """The stages of one operator in a tree: first, first + 1, ... fields, keys: names. texts: those that each
    field may be.
    """

    op: str
    first: int
    nodes: Sequence[AnyStage]
    stages: Sequence[LabelledStage]
    fields: tuple[str, ...]
    keys: tuple[str, ...]
    texts: Mapping[str, frozenset[str]]


class PerStage(NamedTuple):
    """What each stage has so many of, end to end: int64 (stages,) each."""

    starts: Integers
    counts: Integers

    @classmethod
    def of(cls, counts: Sequence[int]) -> PerStage:
        own = np.array(counts, np.int64)
        return cls(own.cumsum() - own, own)

    def of_rows(self, stages: Integers) -> tuple[Integers, Integers]:
        """What rows of these stages have, row after row: the places, and the row of each."""
        counts = self.counts[stages]
        row: Integers = np.repeat(np.arange(len(stages)), counts)
        shift = np.asarray(self.starts[stages] - (counts.cumsum() - counts), np.int64)
        places: Integers = np.arange(len(row)) + shift[row]
        return places, row


@dataclass(frozen=True, eq=False)
class ColumnarProgram:
    """steady_hr: whether the HR steps are the same for all samples. parting: columns of the addresses that part
    samples. numbers: of stages, by their nodes' ids.

    fields: of each stage; constants: float64, their values where they draw nothing. drawn: fields that draw;
    leaves, columns: their leaves and addresses; places: which of its stage's fields each is; levels: how many
    others of the stage must be known before it is. keys: noise keys; key_columns: their addresses.
    """

    steady_hr: bool
    parting: tuple[int, ...]
    numbers: Mapping[int, int]
    hr: Sequence[OperatorStages]
    lr: Sequence[OperatorStages]
    table: LeafTable
    fields: PerStage
    constants: Floats
    drawn: PerStage
    leaves: Integers
    columns: Integers
    places: Integers
    levels: Integers
    keys: PerStage
    key_columns: Integers


class _Field(NamedTuple):
    """A field of a stage. column: its address, None where it draws nothing."""

    leaf: int
    column: int | None
    place: int
    level: int


class _ColumnCompiler:
    def __init__(self, program: DrawingProgram) -> None:
        self.program = program
        self.leaves = Leaves()
        self.nodes: list[AnyStage] = []
        self.fields: list[list[_Field]] = []

    def operators(self, body: Body) -> list[OperatorStages]:
        own: dict[str, list[AnyStage]] = {}
        for stage in stages_of(body):
            own.setdefault(_name(stage), []).append(stage)
        return [self.operator(op, nodes) for op, nodes in own.items()]

    def operator(self, op: str, nodes: Sequence[AnyStage]) -> OperatorStages:
        first, fields = len(self.nodes), _fields(nodes[0])
        keys = tuple(name for name, _ in nodes[0].keys) if isinstance(nodes[0], DrawnStage) else ()
        for node in nodes:
            self.nodes.append(node)
            self.fields.append(list(self.stage(node, fields)))
        return OperatorStages(
            op, first, nodes, list(map(_labelled, nodes)), fields, keys, _texts(nodes)
        )

    def stage(self, node: AnyStage, fields: Sequence[str]) -> Iterator[_Field]:
        places = {name: place for place, name in enumerate(fields)}
        constants = node.step.values if isinstance(node, ConstantStage) else node.constants
        drawn = {} if isinstance(node, ConstantStage) else dict(_drawn(node))
        for name, place in places.items():
            spec, column, level = drawn.get(name) or (constants[name], None, 0)
            yield _Field(self.leaves.leaf(spec, places), column, place, level)

    def keys(self, node: AnyStage) -> list[int]:
        if isinstance(node, ConstantStage):
            return []
        return [self.program.keys[index] for _, index in node.keys]

    def compiled(self) -> ColumnarProgram:
        hr, lr = self.operators(self.program.hr), self.operators(self.program.lr)
        table, every = LeafTable(self.leaves), [field for own in self.fields for field in own]
        drawn = [[field for field in own if field.column is not None] for own in self.fields]
        flat = np.array([field for own in drawn for field in own], np.int64).reshape(-1, 4).T
        keys = list(map(self.keys, self.nodes))
        return ColumnarProgram(
            steady_hr=all(isinstance(node, ConstantStage) for node in self.program.hr),
            parting=(*parting_columns(self.program.hr), *parting_columns(self.program.lr)),
            numbers={id(node): number for number, node in enumerate(self.nodes)},
            hr=hr,
            lr=lr,
            table=table,
            fields=PerStage.of(list(map(len, self.fields))),
            constants=table.constants(np.array([field.leaf for field in every], np.int64)),
            drawn=PerStage.of(list(map(len, drawn))),
            leaves=flat[0],
            columns=flat[1],
            places=flat[2],
            levels=flat[3],
            keys=PerStage.of(list(map(len, keys))),
            key_columns=np.array([column for own in keys for column in own], np.int64),
        )


def _drawn(node: DrawnStage) -> Iterator[tuple[str, tuple[Spec | Distribution, int, int]]]:
    """Distribution and column of each drawn field, and how many others it waits for."""
    levels: dict[str, int] = {}
    for (name, _, column), spec in zip(node.fields, node.specs, strict=True):
        levels[name] = max((levels.get(one, -1) for one in spec.names()), default=-1) + 1
        yield name, (spec, column, levels[name])


def _name(stage: AnyStage) -> str:
    return stage.step.op if isinstance(stage, ConstantStage) else stage.op


def _labelled(node: AnyStage) -> LabelledStage:
    if isinstance(node, ConstantStage):
        return LabelledStage(node.step.label, node.step)
    return LabelledStage(node.label, None)


def _fields(node: AnyStage) -> tuple[str, ...]:
    if isinstance(node, ConstantStage):
        return tuple(node.step.values)
    return (*node.constants, *(name for name, _, _ in node.fields))


def _texts(nodes: Sequence[AnyStage]) -> dict[str, frozenset[str]]:
    """The texts that each field may be in any of the stages."""
    reaches = [_reach(node) for node in nodes]
    return {
        name: frozenset(
            value for reach in reaches for value in reach[name] if isinstance(value, str)
        )
        for name in reaches[0]
    }


def _reach(node: AnyStage) -> dict[str, Sequence[Scalar]]:
    """The extreme or possible values of each field."""
    if isinstance(node, ConstantStage):
        return {name: [value] for name, value in node.step.values.items()}
    reach: dict[str, Sequence[Scalar]] = {name: [value] for name, value in node.constants.items()}
    for (name, _, _), spec in zip(node.fields, node.specs, strict=True):
        reach[name] = list(dict.fromkeys(spec.support(reach)))
    return reach


MOST_CORNERS = 512
"""Records that a stage is tried with; one that would need more is left to its traces."""


def _suits(stage: AnyStage) -> bool:
    """Whether all that a stage can draw suits its operator's record.

    Reading a pipeline holds every field's reach against its own range; what is left are rules that join fields.
    They bound combinations of values, so that what holds at all corners of the reach holds within.
    """
    parameters = OPERATORS[_name(stage)].parameters
    rules = parameters.__pydantic_decorators__
    if isinstance(stage, ConstantStage) or not (rules.model_validators or rules.field_validators):
        return True
    reach = _reach(stage)
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
    try:
        return _ColumnCompiler(program).compiled()
    except NoColumnError:
        return None
