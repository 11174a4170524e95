"""Stages: an operator with a distribution for each of its fields.

A stage's model is made from its operator's parameter record, when the operator is first asked for: each field
may be a constant or a distribution, and what a distribution can reach must lie within the record's range.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, ClassVar

from pydantic import (
    BeforeValidator,
    Field,
    TypeAdapter,
    ValidationError,
    create_model,
    model_validator,
)
from pydantic_core import PydanticCustomError

from degrade.operators.base import Parameters, canonical_json, mapping_fields, noise_fields
from degrade.operators.row import Operator
from degrade.pipeline.distributions import Distribution
from degrade.pipeline.specs import FORMS, Spec, continuous, for_round, names, quantile, support
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
    for value in (*reach[-1:], *reach[:-1]):  # the high end says more than the first value beyond
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
def stage_model(operator: Operator[Any]) -> type[Stage]:
    """The stage model of an operator, made from its record."""
    model: type[Stage] = create_model(
        stage_name(operator), __base__=Stage, **stage_fields(operator, Spec, MappingSpec)
    )
    model.operator = operator
    model.__doc__ = operator.words.summary
    return model


def stage_name(operator: Operator[Any]) -> str:
    """`GaussianBlurStage`."""
    return f"{operator.name.title().replace('_', '')}Stage"


def stage_fields(operator: Operator[Any], spec: Any, mapping: Any) -> dict[str, Any]:
    """What a stage of the operator holds beside its label, as `create_model` takes it.

    spec, mapping: the types of a field's distribution, and of one that may be written as a mapping.
    """
    name, infos = operator.name, operator.parameters.model_fields
    fields: dict[str, Any] = {"op": (str, Field(default=name, pattern=f"^{name}$"))}
    mappings = mapping_fields(operator.parameters)
    for field in _drawn(operator.parameters):
        default = ... if infos[field].is_required() else infos[field].default
        described = Field(default=default, description=infos[field].description)
        fields[field] = (mapping if field in mappings else spec, described)
    return fields
