"""Faults of a network's arguments in words: which one is unknown, missing or wrong, and what was meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails


def explained(name: str, arguments: type[BaseModel], error: ValidationError) -> str:
    """A line a fault. name: the network's."""
    details = error.errors(include_url=False)
    return "\n".join(f"{name}: {_said(arguments, detail)}" for detail in details)


def near(name: str, known: Iterable[str]) -> str:
    """`; did you mean ...?` where a known name is close, else all of them."""
    known = list(known)
    close = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {close[0]!r}?" if close else f"; known are {listed(known)}"


def listed(values: Iterable[object]) -> str:
    """Values with commas."""
    return ", ".join(str(value) for value in values)


def _said(arguments: type[BaseModel], detail: ErrorDetails) -> str:
    place = ".".join(str(part) for part in detail["loc"])
    match detail["type"]:
        case "extra_forbidden":
            return f"no argument {place!r}{near(place, arguments.model_fields)}"
        case "missing":
            return f"the argument {place!r} is missing"
        case "value_error":
            return detail["msg"].removeprefix("Value error, ")
        case _:
            return f"{place} = {detail['input']!r}: {detail['msg']}"
