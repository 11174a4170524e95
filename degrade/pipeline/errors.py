"""Turns validation errors into sentences: file, line, place, value, what was expected, the near match."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from degrade.operators.table import OPERATORS
from degrade.pipeline.nodes import NO_NODE, STRUCTURES, Option, stage_model, structure_kinds
from degrade.pipeline.specs import FORMS, Case, Part
from degrade.pipeline.yaml_source import Document, Path

MOST = 10
"""Errors shown of one file; the rest are counted."""


def explain(error: ValidationError, document: Document) -> str:
    """One line per error."""
    details = error.errors(include_url=False)
    lines = [_line(detail, document) for detail in details[:MOST]]
    if len(details) > MOST:
        lines.append(f"... and {len(details) - MOST} more")
    return "\n".join(dict.fromkeys(lines))


def _line(detail: ErrorDetails, document: Document) -> str:
    path, missing = _place(detail["loc"], document.data)
    context = detail.get("ctx", {})
    match detail["type"]:
        case "misfit":
            where, said = (*path, context["field"]), str(context["message"])
        case "extra_forbidden":
            where, said = (*path, *missing), _unknown_key(detail)
        case "missing":
            where, said = path, f"the key `{detail['loc'][-1]}` is missing"
        case "union_tag_invalid":
            where, said = path, _unknown_tag(str(context["tag"]), str(context["discriminator"]))
        case _:
            where, said = path, _plain(detail)
    return f"{document.where(where)}: {said}"


def _plain(detail: ErrorDetails) -> str:
    value = "" if isinstance(detail["input"], Mapping) else f" (the value is {detail['input']!r})"
    return f"{detail['msg'].removeprefix('Value error, ')}{value}"


def _place(location: tuple[int | str, ...], data: Any) -> tuple[Path, Path]:
    """The part of a location that is in the data, and the last part if it is not.

    Validation adds the tags of unions to a location; they are no keys of the data and fall out here.
    """
    path: list[int | str] = []
    here, last_in = data, True
    for part in location:
        last_in = False
        if isinstance(here, Mapping):
            keys = {str(key): key for key in here}
            if str(part) in keys:
                path.append(str(part))
                here, last_in = here[keys[str(part)]], True
        elif isinstance(here, list) and isinstance(part, int) and part < len(here):
            path.append(part)
            here, last_in = here[part], True
    return tuple(path), () if last_in or not location else (location[-1],)


def _unknown_key(detail: ErrorDetails) -> str:
    name = str(detail["loc"][-1])
    near = _near(name, _keys_around(detail["loc"]))
    return f"unknown key `{name}` (the value is {detail['input']!r}){near}"


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
        return f"no distribution `{tag}`{_near(tag, known)}; known are {', '.join(known)}"
    if tag == NO_NODE:
        kinds = ", ".join(f"`{kind}`" for kind in structure_kinds())
        return f"expected a stage such as `{{op: clamp}}`, or one of {kinds}"
    known = sorted(OPERATORS)
    return f"no operator `{tag}`{_near(tag, known)}; known are {', '.join(known)}"


def _near(name: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f", did you mean `{close[0]}`?" if close else ""
