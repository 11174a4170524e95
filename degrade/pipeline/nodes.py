"""The nodes of a pipeline: stages, and what decides which of them run in which order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import (
    Discriminator,
    Field,
    PlainValidator,
    Tag,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from degrade.errors import PipelineError
from degrade.operators.table import OPERATORS, Operators
from degrade.pipeline.distributions import Integer
from degrade.pipeline.orders import linear_orders
from degrade.pipeline.stages import Node, stage_model
from degrade.pipeline.values import Number, Weight, fault
from degrade.reader.records import Strict
from degrade.reader.yaml_source import shown

ANY_NODE = {"title": "AnyNode"}
"""What stands for a node in a JSON schema until all of them are written out."""


def reading(operators: Operators) -> dict[str, Operators]:
    """The context in which a pipeline with these operators is validated."""
    return {"operators": operators}


def operators_of(info: ValidationInfo) -> Operators:
    """The operators that a pipeline may name: those of its context, or ours."""
    known: Operators = (info.context or {}).get("operators", OPERATORS)
    return known


def _node(value: Any, info: ValidationInfo) -> Node:
    """A stage or a structure, by the key that tells them; its faults keep their places."""
    if isinstance(value, Node):
        return value
    return _model_of(value, operators_of(info)).model_validate(value, context=info.context)


def _model_of(value: Any, operators: Operators) -> type[Node]:
    if isinstance(value, Mapping):
        if "op" in value:
            name = str(value["op"])
            if name not in operators:
                raise _fault(operators.miss(name))
            return stage_model(operators[name])
        found = [kind for kind in STRUCTURES if kind in value]
        if found:
            return STRUCTURES[found[0]]
    kinds = ", ".join(f"`{kind}`" for kind in STRUCTURES)
    raise _fault(f"expected a stage such as `{{op: clamp}}`, or one of {kinds}")


def _fault(sentence: str) -> PydanticCustomError:
    return PydanticCustomError("no_node", "{sentence}", {"sentence": sentence})


if TYPE_CHECKING:
    AnyNode = Node
else:
    AnyNode = Annotated[Any, PlainValidator(_node), WithJsonSchema(ANY_NODE)]


class Option(Strict):
    """A branch of a choice."""

    weight: Weight = 1.0
    stages: list[AnyNode] = Field(default_factory=list)


class ChoiceNode(Node):
    """Runs one of several branches, by weight."""

    kind = "choice"
    choice: Annotated[list[Option], Field(min_length=1)]

    @model_validator(mode="after")
    def _possible(self) -> ChoiceNode:
        if not any(option.weight for option in self.choice):
            raise ValueError("the weights add up to 0")
        return self


Probability = Annotated[Number, Field(ge=0, le=1)]


class ProbabilityPerRepeat(Strict):
    """A probability for each round of the enclosing `repeat`; the last one serves any further round."""

    per_repeat: Annotated[list[Probability], Field(min_length=1)]

    def in_round(self, index: int | None) -> float:
        if index is None:
            raise PipelineError("`per_repeat` has a meaning only inside `repeat`")
        return self.per_repeat[min(index, len(self.per_repeat) - 1)]


def _is_per_repeat(value: Any) -> str:
    return "per_repeat" if isinstance(value, Mapping | ProbabilityPerRepeat) else "constant"


class MaybeNode(Node):
    """Runs its stages with a probability."""

    kind = "maybe"
    maybe: Annotated[
        Annotated[Probability, Tag("constant")]
        | Annotated[ProbabilityPerRepeat, Tag("per_repeat")],
        Discriminator(_is_per_repeat),
    ]
    stages: Annotated[list[AnyNode], Field(min_length=1)]

    def probability(self, index: int | None) -> float:
        """The probability in round `index` of the enclosing repeat, None outside one."""
        return self.maybe if isinstance(self.maybe, float) else self.maybe.in_round(index)


class ShuffleNode(Node):
    """Runs all its items in random order; `before: [[a, b]]` keeps a before b.

    Every order that keeps the constraints is equally likely.
    """

    kind = "shuffle"
    shuffle: Annotated[list[AnyNode], Field(min_length=1, max_length=16)]
    before: list[tuple[str, str]] = Field(default_factory=list)

    @field_validator("before")
    @classmethod
    def _pairs(cls, pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
        if any(first == second for first, second in pairs):
            raise ValueError("an item cannot come before itself")
        return pairs

    @model_validator(mode="after")
    def _known(self) -> ShuffleNode:
        labels = [node.label for node in self.shuffle]
        for label in (name for pair in self.before for name in pair):
            if label not in labels:
                raise ValueError(f"`before` names {label!r}; the items are {', '.join(labels)}")
        if not linear_orders(len(labels), self.constraints()):
            raise ValueError(f"`before` goes in a circle: {self.before}")
        return self

    def constraints(self) -> tuple[tuple[int, int], ...]:
        """The constraints as pairs of indices."""
        labels = [node.label for node in self.shuffle]
        return tuple((labels.index(first), labels.index(second)) for first, second in self.before)


class RepeatNode(Node):
    """Runs its stages several times; labels within get the round's number: `blur.1`, `blur.2`."""

    kind = "repeat"
    repeat: Annotated[int, Field(ge=1, le=16)] | Integer
    stages: Annotated[list[AnyNode], Field(min_length=1)]

    @field_validator("repeat", mode="before")
    @classmethod
    def _counted(cls, times: Any) -> Any:
        """One sentence in place of one for each form that it is not."""
        if isinstance(times, int | Integer) or (isinstance(times, Mapping) and "integer" in times):
            return times
        raise fault(f"expected a whole number, or {{integer: [1, 3]}}; it is {shown(times)}")

    @field_validator("repeat")
    @classmethod
    def _bounded(cls, times: int | Integer) -> int | Integer:
        if isinstance(times, Integer) and not 0 <= times.values()[0] <= times.values()[-1] <= 16:
            raise ValueError("the number of rounds must lie in 0..16")
        return times

    def most(self) -> int:
        return self.repeat if isinstance(self.repeat, int) else self.repeat.values()[-1]

    def least(self) -> int:
        return self.repeat if isinstance(self.repeat, int) else self.repeat.values()[0]


class GroupNode(Node):
    """Runs its stages in order: several stages as one item of a shuffle."""

    kind = "group"
    group: Annotated[list[AnyNode], Field(min_length=1)]


STRUCTURES: Mapping[str, type[Node]] = {
    kind.kind: kind for kind in (ChoiceNode, MaybeNode, ShuffleNode, RepeatNode, GroupNode)
}
"""The nodes other than stages, by the key that makes them."""
