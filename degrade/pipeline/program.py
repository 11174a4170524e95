"""A pipeline flattened for drawing: repeats unrolled, labels made whole, every draw's address listed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from degrade.errors import PipelineError
from degrade.operators.base import noise_fields
from degrade.operators.row import Operator
from degrade.operators.table import OPERATORS
from degrade.pipeline.distributions import Distribution, Quantile
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
from degrade.pipeline.nodes import (
    ChoiceNode,
    GroupNode,
    MaybeNode,
    RepeatNode,
    ShuffleNode,
)
from degrade.pipeline.specs import Spec, for_round, support
from degrade.pipeline.stages import Node, Stage
from degrade.pipeline.values import Division
from degrade.trace import Scalar, Step

MOST_NODES = 4_000
"""Of a pipeline with its repeats written out: one repeat in another, a few lines make millions."""


@dataclass(frozen=True, slots=True)
class DrawingProgram:
    """Both trees of a pipeline and the addresses (label, field) of all their draws.

    What is constant or certain draws nothing and has no address; its label is taken all the same.
    keys: the columns of the addresses that are noise keys. own: the operators that are a caller's own.
    constant: operator and values of each stage that draws nothing.
    """

    addresses: tuple[tuple[str, str], ...]
    keys: tuple[int, ...]
    hr: Body
    lr: Body
    own: tuple[Operator[Any], ...] = ()
    constant: tuple[tuple[Operator[Any], Mapping[str, Scalar]], ...] = ()


class MisplacedError(PipelineError):
    """A node cannot stand where it stands. node: the innermost one that is at fault."""

    def __init__(self, sentence: str, node: Node) -> None:
        super().__init__(sentence)
        self.node = node


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
        self.keys: list[int] = []
        self.seen: set[str] = set()
        self.own: dict[str, Operator[Any]] = {}
        self.constant: list[tuple[Operator[Any], Mapping[str, Scalar]]] = []
        self.making_lr = False

    def body(self, nodes: Sequence[Node], scope: _Scope) -> Body:
        return tuple(item for node in nodes for item in self.node(node, scope))

    def node(self, node: Node, scope: _Scope) -> Body:
        try:
            return self.compiled(node, scope)
        except MisplacedError:
            raise
        except PipelineError as error:
            raise MisplacedError(str(error), node) from error

    def compiled(self, node: Node, scope: _Scope) -> Body:
        label = self.labelled(node, scope)
        match node:
            case Stage():
                return (self.stage(node, label, scope),)
            case ChoiceNode():
                return (self.choice(node, label, scope),)
            case MaybeNode():
                return self.maybe(node, label, scope)
            case ShuffleNode():
                return (self.shuffle(node, label, scope),)
            case RepeatNode():
                return self.repeat(node, label, scope)
            case GroupNode():
                return self.body(node.group, scope)
        raise TypeError(f"no such node: {type(node).__name__}")

    def labelled(self, node: Node, scope: _Scope) -> str:
        """A node's whole label, which no other has. Raises PipelineError."""
        label = scope.whole(node.label)
        if label in self.seen:
            raise PipelineError(
                f"the label {label!r} is there twice; a label is the address of its draws: give the second "
                "one a `label` of its own"
            )
        self.seen.add(label)
        if len(self.seen) > MOST_NODES:
            raise PipelineError(
                f"more than {MOST_NODES} nodes once every `repeat` is written out; repeat fewer times"
            )
        return label

    def column(self, label: str, name: str) -> int:
        self.addresses.append((label, name))
        return len(self.addresses) - 1

    def key(self, label: str, name: str) -> int:
        """The index of a noise key among the noise keys."""
        self.keys.append(self.column(label, name))
        return len(self.keys) - 1

    def branch(self, nodes: Sequence[Node], scope: _Scope) -> tuple[Body, frozenset[str]]:
        """A body that may not run: what ran in it is certain only for itself."""
        inner = _Scope(scope.suffix, scope.index, dict(scope.labels), scope.certain)
        body = self.body(nodes, inner)
        scope.labels |= inner.labels
        return body, inner.certain

    def stage(self, stage: Stage, label: str, scope: _Scope) -> DrawnNode:
        operator = stage.operator
        self.meet(operator, label)
        resolved = {
            name: self.resolved(name, spec, label, scope) for name, spec in stage.fields.items()
        }
        labels = {**scope.labels, stage.label: label}
        reach = self.reach(resolved, label, scope)
        constants = {
            name: _whole(spec, labels)
            for name, spec in resolved.items()
            if not isinstance(spec, Distribution)
        }
        drawn = {name: spec for name, spec in resolved.items() if isinstance(spec, Distribution)}
        fields = tuple(
            (name, _located(spec, reach[name], labels), self.column(label, name))
            for name, spec in drawn.items()
        )
        keys = tuple((name, self.key(label, name)) for name in noise_fields(operator.parameters))
        scope.labels[stage.label] = label
        scope.certain |= {label}
        name, version, origin = operator.name, operator.version, operator.origin
        if not fields and not keys:
            self.constant.append((operator, constants))
            return ConstantStage(Step(name, version, label, constants, origin))
        specs = tuple(drawn.values())
        return DrawnStage(name, version, label, constants, fields, keys, origin, specs)

    def meet(self, operator: Operator[Any], label: str) -> None:
        """Notes a caller's own operator. Raises PipelineError for one that may not stand here."""
        if self.making_lr and operator.facts.hr_only:
            raise PipelineError(
                f"the stage {label!r} ({operator.name}) stands under `lr`, where it would part the LR "
                "from its HR; move it to `hr`, from which both are made"
            )
        if OPERATORS.get(operator.name) is not operator:
            self.own[operator.name] = operator

    def resolved(self, name: str, spec: Spec, label: str, scope: _Scope) -> Spec:
        try:
            return for_round(spec, scope.index)
        except PipelineError as error:
            raise PipelineError(f"the stage {label!r}, field {name!r}: {error}") from error

    def reach(
        self, fields: Mapping[str, Spec], label: str, scope: _Scope
    ) -> Mapping[str, Sequence[Scalar]]:
        """The values that each field can take; a stage that one refers to must surely have run."""
        reach: dict[str, list[Scalar]] = {}
        for name, spec in fields.items():
            reach[name] = support(spec, reach)
            for value in filter(_refers, reach[name]):
                if scope.labels.get(str(value).partition(":")[2]) not in scope.certain:
                    certain = ", ".join(sorted(scope.certain)) or "none"
                    raise PipelineError(
                        f"the stage {label!r} refers to {value!r}, which has not surely run before it; "
                        f"sure are {certain}"
                    )
        return reach

    def choice(self, node: ChoiceNode, label: str, scope: _Scope) -> DrawnChoice:
        column = self.column(label, "choice")
        branches = [self.branch(option.stages, scope) for option in node.choice]
        scope.certain = frozenset.intersection(*(certain for _, certain in branches))
        cut = Division([option.weight for option in node.choice])
        bodies = tuple(branches[index][0] for index, _, _ in cut.parts)
        return DrawnChoice(column, tuple(cut.ends), bodies)

    def maybe(self, node: MaybeNode, label: str, scope: _Scope) -> Body:
        probability = node.probability(scope.index)
        body = self.branch(node.stages, scope)[0]
        if probability in (0, 1):
            return body if probability else ()
        return (DrawnMaybe(self.column(label, "maybe"), probability, body),)

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

    def repeat(self, node: RepeatNode, label: str, scope: _Scope) -> Body:
        rounds: list[Body] = []
        labels, sure = dict(scope.labels), scope.certain
        for index in range(node.most()):
            inner = _Scope(f"{scope.suffix}.{index + 1}", index, labels, scope.certain)
            rounds.append(self.body(node.stages, inner))
            labels, scope.certain = inner.labels, inner.certain
            sure = inner.certain if index < node.least() else sure
        scope.labels, scope.certain = labels, sure
        if isinstance(node.repeat, int):
            return tuple(item for body in rounds for item in body)
        column = self.column(label, "repeat")
        return (DrawnRepeat(column, node.repeat.quantile(), tuple(rounds)),)


def _refers(value: Scalar) -> bool:
    """Whether a value names an earlier stage."""
    return isinstance(value, str) and value.startswith(("before:", "after:"))


def _whole(value: Scalar, labels: Mapping[str, str]) -> Scalar:
    """A reference to an earlier stage with that stage's whole label; any other value as it is."""
    if not _refers(value):
        return value
    side, _, label = str(value).partition(":")
    return f"{side}:{labels[label]}"


def _located(spec: Distribution, reach: Sequence[Scalar], labels: Mapping[str, str]) -> Quantile:
    """A field's quantile function, in which references to earlier stages carry whole labels."""
    at = spec.quantile()
    if not any(map(_refers, reach)):
        return at
    return lambda u, earlier: _whole(at(u, earlier), labels)


def _sorted_by(constraints: tuple[tuple[int, int], ...], count: int) -> list[int]:
    """The items in an order that keeps the constraints."""
    order: list[int] = []
    while len(order) < count:
        blocked = {second for first, second in constraints if first not in order}
        order.append(
            next(item for item in range(count) if item not in order and item not in blocked)
        )
    return order


def compile_nodes(hr: Sequence[Node], lr: Sequence[Node]) -> DrawingProgram:
    """Flattens both trees; raises MisplacedError for a label used twice, a reference that may miss, or a stage
    under `lr` that belongs under `hr`."""
    compiler = _Compiler()
    hr_body = compiler.body(hr, _Scope())
    compiler.making_lr = True
    lr_body = compiler.body(lr, _Scope())
    own = tuple(compiler.own.values())
    constant = tuple(compiler.constant)
    return DrawingProgram(
        tuple(compiler.addresses), tuple(compiler.keys), hr_body, lr_body, own, constant
    )
