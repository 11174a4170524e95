"""A pipeline flattened for drawing: repeats unrolled, labels made whole, every draw's address listed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from degrade.errors import PipelineError
from degrade.nodes import (
    ChoiceNode,
    GroupNode,
    MaybeNode,
    Node,
    RepeatNode,
    ShuffleNode,
    Stage,
)
from degrade.operators.base import Operator, noise_fields
from degrade.specs import Spec, for_round, support
from degrade.trace import Scalar


@dataclass(frozen=True, slots=True)
class DrawnStage:
    """A stage with its whole label. Each field and noise key names its column of the draws."""

    label: str
    operator: Operator[Any]
    fields: tuple[tuple[str, Spec, int], ...]
    keys: tuple[tuple[str, int], ...]
    scope: dict[str, str]
    """Labels as written in the file -> whole labels, for values that refer to earlier stages."""


@dataclass(frozen=True, slots=True)
class DrawnChoice:
    column: int
    weights: tuple[float, ...]
    branches: tuple[Body, ...]


@dataclass(frozen=True, slots=True)
class DrawnMaybe:
    column: int
    probability: float
    body: Body


@dataclass(frozen=True, slots=True)
class DrawnShuffle:
    column: int
    constraints: tuple[tuple[int, int], ...]
    items: tuple[Body, ...]


@dataclass(frozen=True, slots=True)
class DrawnRepeat:
    column: int
    times: Spec
    rounds: tuple[Body, ...]


DrawnNode = DrawnStage | DrawnChoice | DrawnMaybe | DrawnShuffle | DrawnRepeat
Body = tuple[DrawnNode, ...]


@dataclass(frozen=True, slots=True)
class Program:
    """Both trees of a pipeline and the addresses (label, field) of all their draws."""

    addresses: tuple[tuple[str, str], ...]
    hr: Body
    lr: Body


@dataclass
class _Scope:
    """Where the compiler stands: the rounds around it and the stages that have surely run before."""

    suffix: str = ""
    index: int | None = None
    labels: dict[str, str] = field(default_factory=dict)
    certain: frozenset[str] = frozenset()

    def whole(self, label: str) -> str:
        return label + self.suffix


class _Compiler:
    def __init__(self) -> None:
        self.addresses: list[tuple[str, str]] = []
        self.seen: set[str] = set()
        self.making_lr = False

    def body(self, nodes: Sequence[Node], scope: _Scope) -> Body:
        return tuple(item for node in nodes for item in self.node(node, scope))

    def node(self, node: Node, scope: _Scope) -> Body:
        label = scope.whole(node.label)
        if label in self.seen:
            raise PipelineError(
                f"the label {label!r} is there twice; a label is the address of its draws: give the second "
                "one a `label` of its own"
            )
        self.seen.add(label)
        match node:
            case Stage():
                return (self.stage(node, label, scope),)
            case ChoiceNode():
                return (self.choice(node, label, scope),)
            case MaybeNode():
                column = self.column(label, "maybe")
                body = self.branch(node.stages, scope)[0]
                return (DrawnMaybe(column, node.probability(scope.index), body),)
            case ShuffleNode():
                return (self.shuffle(node, label, scope),)
            case RepeatNode():
                return (self.repeat(node, label, scope),)
            case GroupNode():
                return self.body(node.group, scope)
        raise TypeError(f"no such node: {type(node).__name__}")

    def column(self, label: str, name: str) -> int:
        self.addresses.append((label, name))
        return len(self.addresses) - 1

    def branch(self, nodes: Sequence[Node], scope: _Scope) -> tuple[Body, frozenset[str]]:
        """A body that may not run: what ran in it is certain only for itself."""
        inner = _Scope(scope.suffix, scope.index, dict(scope.labels), scope.certain)
        body = self.body(nodes, inner)
        scope.labels |= inner.labels
        return body, inner.certain

    def stage(self, stage: Stage, label: str, scope: _Scope) -> DrawnStage:
        if self.making_lr and stage.operator.hr_only:
            raise PipelineError(
                f"the stage {label!r} ({stage.operator.name}) stands under `lr`, where it would part the LR "
                "from its HR; move it to `hr`, from which both are made"
            )
        parameters = stage.operator.parameters
        resolved = {
            name: self.resolved(name, spec, label, scope) for name, spec in stage.fields.items()
        }
        fields = tuple((name, spec, self.column(label, name)) for name, spec in resolved.items())
        keys = tuple((name, self.column(label, name)) for name in noise_fields(parameters))
        self.check_references(resolved, label, scope)
        scope.labels[stage.label] = label
        scope.certain |= {label}
        return DrawnStage(label, stage.operator, fields, keys, dict(scope.labels))

    def resolved(self, name: str, spec: Spec, label: str, scope: _Scope) -> Spec:
        try:
            return for_round(spec, scope.index)
        except PipelineError as error:
            raise PipelineError(f"the stage {label!r}, field {name!r}: {error}") from error

    def check_references(self, fields: Mapping[str, Spec], label: str, scope: _Scope) -> None:
        """Every value that a field can take, if it refers to a stage, must refer to one that surely ran."""
        reach: dict[str, list[Scalar]] = {}
        for name, spec in fields.items():
            reach[name] = support(spec, reach)
            for value in reach[name]:
                if not isinstance(value, str) or not value.startswith(("before:", "after:")):
                    continue
                if scope.labels.get(value.partition(":")[2]) not in scope.certain:
                    certain = ", ".join(sorted(scope.certain)) or "none"
                    raise PipelineError(
                        f"the stage {label!r} refers to {value!r}, which has not surely run before it; "
                        f"sure are {certain}"
                    )

    def choice(self, node: ChoiceNode, label: str, scope: _Scope) -> DrawnChoice:
        column = self.column(label, "choice")
        branches = [self.branch(option.stages, scope) for option in node.choice]
        scope.certain = frozenset.intersection(*(certain for _, certain in branches))
        return DrawnChoice(
            column,
            tuple(option.weight for option in node.choice),
            tuple(body for body, _ in branches),
        )

    def shuffle(self, node: ShuffleNode, label: str, scope: _Scope) -> DrawnShuffle:
        column = self.column(label, "order")
        entry, constraints = scope.certain, node.constraints()
        after: dict[int, frozenset[str]] = {}
        items: dict[int, Body] = {}
        for index in _sorted_by(constraints, len(node.shuffle)):
            earlier = [after[first] for first, second in constraints if second == index]
            scope.certain = entry.union(*earlier)
            items[index] = self.node(node.shuffle[index], scope)
            after[index] = scope.certain
        scope.certain = entry.union(*after.values())
        return DrawnShuffle(column, constraints, tuple(items[i] for i in range(len(items))))

    def repeat(self, node: RepeatNode, label: str, scope: _Scope) -> DrawnRepeat:
        column = self.column(label, "repeat")
        rounds: list[Body] = []
        labels, sure = dict(scope.labels), scope.certain
        for index in range(node.most()):
            inner = _Scope(f"{scope.suffix}.{index + 1}", index, labels, scope.certain)
            rounds.append(self.body(node.stages, inner))
            labels, scope.certain = inner.labels, inner.certain
            sure = inner.certain if index < node.least() else sure
        scope.labels, scope.certain = labels, sure
        return DrawnRepeat(column, node.repeat, tuple(rounds))


def _sorted_by(constraints: tuple[tuple[int, int], ...], count: int) -> list[int]:
    """The items in an order that keeps the constraints."""
    order: list[int] = []
    while len(order) < count:
        blocked = {second for first, second in constraints if first not in order}
        order.append(
            next(item for item in range(count) if item not in order and item not in blocked)
        )
    return order


def compile_nodes(hr: Sequence[Node], lr: Sequence[Node]) -> Program:
    """Flattens both trees; raises PipelineError for a label used twice a reference that may miss, or a stage
    under `lr` that belongs under `hr`."""
    compiler = _Compiler()
    hr_body = compiler.body(hr, _Scope())
    compiler.making_lr = True
    lr_body = compiler.body(lr, _Scope())
    return Program(tuple(compiler.addresses), hr_body, lr_body)
