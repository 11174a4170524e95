"""Faults of a pipeline as sentences: file, line, place, value, what was expected, the near match."""

from __future__ import annotations

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from degrade.operators.table import OPERATORS
from degrade.pipeline.nodes import NO_NODE, STRUCTURES, Option, stage_model, structure_kinds
from degrade.pipeline.specs import FORMS, Case, Part
from degrade.reader.near import meant_or_known
from degrade.reader.sentences import lines, place, said
from degrade.reader.yaml_source import Document


def explain(error: ValidationError, document: Document) -> str:
    """One line per error."""
    return "\n".join(lines(error, lambda fault: _line(fault, document)))


def _line(fault: ErrorDetails, document: Document) -> str:
    path = place(fault["loc"], document.data)
    context = fault.get("ctx", {})
    match fault["type"]:
        case "misfit":
            path, sentence = (*path, context["field"]), str(context["message"])
        case "union_tag_invalid":
            sentence = _unknown_tag(str(context["tag"]), str(context["discriminator"]))
        case _:
            sentence = said(fault, _keys_around(fault["loc"]))
    return f"{document.where(path)}: {sentence}"


def _keys_around(location: tuple[int | str, ...]) -> list[str]:
    """The keys that the models on the way to a place know."""
    tags = {str(part) for part in location[:-1]}
    models: list[type[BaseModel]] = [stage_model(tag) for tag in tags if tag in OPERATORS]
    models += [model for model in (*STRUCTURES, *FORMS) if tags & model.model_fields.keys()]
    models += [Option, Part, Case] if models else []
    known = {key for model in models for key in model.model_fields}
    return sorted(known or {"name", "version", "summary", "source", "scales", "scale", "hr", "lr"})


def _unknown_tag(tag: str, discriminator: str) -> str:
    if discriminator != "_node_tag()":
        known = [next(iter(form.model_fields)) for form in FORMS]
        return f"no distribution {tag!r}{meant_or_known(tag, known)}"
    if tag == NO_NODE:
        kinds = ", ".join(f"`{kind}`" for kind in structure_kinds())
        return f"expected a stage such as `{{op: clamp}}`, or one of {kinds}"
    return f"no operator {tag!r}{meant_or_known(tag, sorted(OPERATORS))}"
