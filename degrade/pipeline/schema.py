"""The JSON schema of a pipeline file, for editors."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from degrade.operators.row import Operator
from degrade.operators.table import OPERATORS
from degrade.pipeline.nodes import ANY_NODE, STRUCTURES
from degrade.pipeline.stages import Node, stage_model
from degrade.pipeline.tree import Pipeline

_MODE: Literal["validation"] = "validation"


def pipeline_schema(rows: Iterable[Operator[Any]] = ()) -> dict[str, Any]:
    """The JSON schema of a pipeline file. rows: a caller's own operators, beside ours."""
    stages = [stage_model(operator) for operator in OPERATORS.with_rows(rows).values()]
    nodes: list[type[Node]] = [*stages, *STRUCTURES.values()]
    models: list[type[BaseModel]] = [Pipeline, *nodes]
    places, whole = models_json_schema([(model, _MODE) for model in models])
    refs = {"oneOf": [places[node, _MODE] for node in nodes]}
    definitions = {name: _filled(part, refs) for name, part in whole["$defs"].items()}
    pipeline = definitions.pop("Pipeline")
    return {"$defs": definitions, **pipeline}


def _filled(schema: Any, nodes: dict[str, Any]) -> Any:
    """A schema in which every node is one of these."""
    if schema == ANY_NODE:
        return nodes
    if isinstance(schema, dict):
        return {key: _filled(inner, nodes) for key, inner in schema.items()}
    return [_filled(inner, nodes) for inner in schema] if isinstance(schema, list) else schema
