"""The nodes of a pipeline: stages, and what decides which of them run in which order.

A stage's model is made from its operator's parameter record: each field may be a constant or a distribution,
and what a distribution can reach must lie within the record's range.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache, reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import (
    BeforeValidator,
    Discriminator,
    Field,
    Tag,
    TypeAdapter,
    ValidationError,
    create_model,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from degrade.errors import PipelineError
from degrade.operators.base import (
    Operator,
    Parameters,
    canonical_json,
    mapping_fields,
    noise_fields,
)
from degrade.operators.table import OPERATORS
from degrade.pipeline.distributions import Distribution, Integer
from degrade.pipeline.orders import linear_orders
from degrade.pipeline.specs import FORMS, Spec, continuous, for_round, names, quantile, support
from degrade.pipeline.values import Number, Weight
from degrade.reader.records import Strict
from degrade.reader.sentences import message
from degrade.trace import Scalar

Label = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
TRIALS = 16
"""Drawn records that a stage is tried with when it is read, for rules that join several fields."""


class Node(Strict):
    """Base of the nodes. The label is the node's address: it decides its draws."""

    label: Label = ""
    kind: ClassVar[str]

    @model_validator(mode="before")
    @classmethod
    def _default_label(cls, data: Any) -> Any:
        if isinstance(data, Mapping) and "label" not in data:
            return {**data, "label": data.get("op", cls.kind)}
        return data


class Stage(Node):
    """An operator with a distribution for each of its fields."""

    kind = "op"
    operator: ClassVar[Operator[Any]]

    @property
    def fields(self) -> dict[str, Spec]:
        """The field's distributions in the record's order, noise keys left out."""
        return {name: getattr(self, name) for name in _drawn(self.operator.parameters)}

    @model_validator(mode="before")
    @classmethod
    def _write_defaults(cls, data: Any) -> Any:
        """Fills in the record's defaults, so that a resolved pipeline states every value."""
        if not isinstance(data, Mapping):
            return data
        infos = cls.operator.parameters.model_fields
        return {
            **{name: i.default for name, i in infos.items() if not i.is_required()},
            **data,
        }

    @model_validator(mode="after")
    def _in_range(self) -> Stage:
        reach: dict[str, list[Scalar]] = {}
        for name, spec in self.fields.items():
            unknown = names(spec) - reach.keys()
            if unknown:
                raise _misfit(
                    name,
                    f"is given by {sorted(unknown)[0]!r}, which is no earlier field of this stage; "
                    f"earlier are {', '.join(reach) or 'none'}",
                )
            reach[name] = support(spec, reach)
            _check_reach(self.operator, name, spec, reach[name])
        self._try_together()
        return self

    def _try_together(self) -> None:
        for trial in range(TRIALS):
            values: dict[str, Scalar] = dict.fromkeys(
                noise_fields(self.operator.parameters), "0" * 16
            )
            for place, (name, spec) in enumerate(self.fields.items()):
                u = (0.5 + 7 * trial + 3 * place) / TRIALS % 1.0
                values[name] = quantile(for_round(spec, trial))(u or 0.5, values)
            try:
                self.operator.parameters.model_validate(values)
            except ValidationError as error:
                first = error.errors(include_url=False)[0]
                drawn = {name: values[name] for name in self.fields}
                raise _misfit(
                    str((*first["loc"], "")[0]), f"{message(first)}, with {drawn}"
                ) from error


def _misfit(field: str, said: str) -> PydanticCustomError:
    """An error about one field, raised where the whole stage is known: `field` extends its place."""
    return PydanticCustomError("misfit", "{message}", {"message": said, "field": field})


def _drawn(parameters: type[Parameters]) -> list[str]:
    keys = noise_fields(parameters)
    return [name for name in parameters.model_fields if name not in keys]


@cache
def _adapter(parameters: type[Parameters], name: str) -> TypeAdapter[Any]:
    info = parameters.model_fields[name]
    annotation: Any = info.annotation
    for mark in info.metadata:
        annotation = Annotated[annotation, mark]
    return TypeAdapter(annotation)


def _check_reach(operator: Operator[Any], name: str, spec: Spec, reach: list[Scalar]) -> None:
    if operator.parameters.model_fields[name].annotation is int and continuous(spec):
        raise _misfit(name, "is a whole number: use `integer` or `choice`, not a continuous form")
    parameters: type[Parameters] = operator.parameters
    wants_bool = parameters.model_fields[name].annotation is bool
    for value in reach:
        if isinstance(value, bool) != wants_bool:
            wanted = "true or false" if wants_bool else "no truth value"
            raise _misfit(name, f"is {value!r}: expected {wanted}")
        try:
            _adapter(parameters, name).validate_python(value)
        except ValidationError as error:
            said = message(error.errors(include_url=False)[0])
            verb = "reaches" if isinstance(spec, Distribution) else "is"
            raise _misfit(name, f"{verb} {value!r}: {said[0].lower()}{said[1:]}") from error


def _as_json(value: Any) -> Any:
    """A mapping that is no distribution as canonical JSON; a constant text in the same form."""
    forms = {next(iter(form.model_fields)) for form in FORMS}
    if isinstance(value, Mapping) and not forms & value.keys():
        return canonical_json(json.dumps(dict(value)))
    return canonical_json(value) if isinstance(value, str) else value


MappingSpec = Annotated[
    Spec, BeforeValidator(_as_json, json_schema_input_type=Spec | dict[str, Any])
]
"""What a pipeline may write for a `JsonMapping`: its mapping, its text, or a distribution of texts."""


@cache
def stage_model(name: str) -> type[Stage]:
    """The stage model of an operator, made from its record."""
    operator = OPERATORS[name]
    fields: dict[str, Any] = {"op": (str, Field(default=name, pattern=f"^{name}$"))}
    mappings = mapping_fields(operator.parameters)
    for field in _drawn(operator.parameters):
        info = operator.parameters.model_fields[field]
        fields[field] = (
            MappingSpec if field in mappings else Spec,
            Field(
                default=... if info.is_required() else info.default, description=info.description
            ),
        )
    model = create_model(f"{name.title().replace('_', '')}Stage", __base__=Stage, **fields)
    model.operator = operator
    model.__doc__ = operator.summary
    return model


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


STRUCTURES: tuple[type[Node], ...] = (ChoiceNode, MaybeNode, ShuffleNode, RepeatNode, GroupNode)


NO_NODE = "(none)"
"""The tag of what is no node at all."""


def _node_tag(value: Any) -> str:
    """The operator's name or the structure's key; an unknown tag becomes the error's subject."""
    if isinstance(value, Stage):
        return value.operator.name
    if isinstance(value, Node):
        return value.kind
    if not isinstance(value, Mapping):
        return NO_NODE
    if "op" in value:
        return str(value["op"])
    return next((kind for kind in structure_kinds() if kind in value), NO_NODE)


def structure_kinds() -> list[str]:
    """The keys that make a node other than a stage."""
    return [structure.kind for structure in STRUCTURES]


def _any_node() -> Any:
    models: dict[str, Any] = {name: stage_model(name) for name in OPERATORS}
    models |= {structure.kind: structure for structure in STRUCTURES}
    members = [Annotated[model, Tag(tag)] for tag, model in models.items()]
    return Annotated[reduce(or_, members), Discriminator(_node_tag)]


if TYPE_CHECKING:
    AnyNode = Node
else:
    AnyNode = _any_node()
Option.model_rebuild()
for _structure in STRUCTURES:
    _structure.model_rebuild()
