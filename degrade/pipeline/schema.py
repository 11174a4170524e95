"""The JSON schema of a pipeline file, for editors."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import BaseModel, RootModel, WithJsonSchema, create_model
from pydantic.json_schema import models_json_schema

from degrade.operators.row import Operator
from degrade.operators.table import OPERATORS
from degrade.pipeline.nodes import ANY_NODE, STRUCTURES
from degrade.pipeline.specs import Spec
from degrade.pipeline.stages import MappingSpec, Node, stage_fields, stage_name
from degrade.pipeline.tree import Pipeline

_MODE: Literal["validation"] = "validation"


class Value(RootModel[Spec]):
    """What may stand for a field: a constant or a distribution."""


class MappingValue(RootModel[MappingSpec]):
    """What may stand for a field of named values: a mapping, its JSON text, or a distribution of texts."""


_LATER = "$comment"
"""The key of a reference until all definitions are there: pydantic refuses one of a model that comes later."""

_VALUE, _MAPPING = (
    Annotated[Any, WithJsonSchema({_LATER: f"#/$defs/{model.__name__}"})]
    for model in (Value, MappingValue)
)


def pipeline_schema(rows: Iterable[Operator[Any]] = ()) -> dict[str, Any]:
    """The JSON schema of a pipeline file. rows: a caller's own operators, beside ours."""
    stages = [_outline(operator) for operator in OPERATORS.with_rows(rows).values()]
    nodes: list[type[Node]] = [*stages, *STRUCTURES.values()]
    models: list[type[BaseModel]] = [Pipeline, Value, MappingValue, *nodes]
    places, whole = models_json_schema([(model, _MODE) for model in models])
    refs = {"oneOf": [places[node, _MODE] for node in nodes]}
    definitions = {name: _filled(part, refs) for name, part in whole["$defs"].items()}
    pipeline = definitions.pop("Pipeline")
    return {"$defs": definitions, **pipeline}


def _outline(operator: Operator[Any]) -> type[Node]:
    """The stage's model with references in place of its fields' types, which takes a fraction of the time."""
    model = create_model(
        stage_name(operator), __base__=Node, **stage_fields(operator, _VALUE, _MAPPING)
    )
    model.__doc__ = operator.words.summary
    return model


def _filled(schema: Any, nodes: dict[str, Any]) -> Any:
    """A schema in which every node is one of these, and every reference stands."""
    if schema == ANY_NODE:
        return nodes
    if isinstance(schema, dict):
        return {
            "$ref" if key == _LATER else key: _filled(inner, nodes) for key, inner in schema.items()
        }
    return [_filled(inner, nodes) for inner in schema] if isinstance(schema, list) else schema
