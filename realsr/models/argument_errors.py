"""Faults of a network's arguments in words: which one is unknown, missing or wrong, and what was meant."""

from __future__ import annotations

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from degrade.reader.sentences import lines, message, said


def explained(name: str, arguments: type[BaseModel], error: ValidationError) -> str:
    """A line a fault. name: the network's."""
    return "\n".join(f"{name}: {line}" for line in lines(error, lambda f: _said(arguments, f)))


def _said(arguments: type[BaseModel], fault: ErrorDetails) -> str:
    place = ".".join(str(part) for part in fault["loc"])
    if fault["type"] in ("extra_forbidden", "missing", "value_error"):
        return said(fault, arguments.model_fields, "argument")
    return f"{place} = {fault['input']!r}: {message(fault)}"
