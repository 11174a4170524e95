"""Validation errors as sentences: place, what is wrong, what was expected, the near match."""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Callable, Collection, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from degrade.reader.near import LISTED, meant, meant_or_known, nearest
from degrade.reader.yaml_source import Document, Path, path_text, shown

MOST = 10
"""Faults shown of one thing; the rest are counted."""

Say = Callable[[ErrorDetails], str]


def lines(error: ValidationError, say: Say) -> list[str]:
    """One sentence a fault, each once."""
    details = _without_echoes(error.errors(include_url=False))
    said = list(dict.fromkeys(map(say, details[:MOST])))
    return [*said, f"... and {len(details) - MOST} more"] if len(details) > MOST else said


def _without_echoes(details: list[ErrorDetails]) -> list[ErrorDetails]:
    """Without keys that are missing because the one that stands there is written otherwise, such as `LR`."""
    unknown = [fault["loc"] for fault in details if fault["type"] == "extra_forbidden"]
    return [
        fault
        for fault in details
        if fault["type"] != "missing" or not any(_written(fault["loc"], loc) for loc in unknown)
    ]


def _written(missing: Path, unknown: Path) -> bool:
    """Whether an unknown key stands for a missing one beside it."""
    same = missing[:-1] == unknown[:-1]
    return same and nearest(str(unknown[-1]), [str(missing[-1])]) is not None


def of_document(error: ValidationError, document: Document, known: type[BaseModel]) -> str:
    """The faults of a file, a line each: file, line, place and sentence.

    known: the record that the file holds, whose keys are what an unknown one may have meant.
    """
    return "\n".join(lines(error, lambda fault: _in_document(fault, document, known)))


def _in_document(fault: ErrorDetails, document: Document, known: type[BaseModel]) -> str:
    where = document.where(place(fault["loc"], document.data))
    return f"{where}: {said(fault, keys_at(known, fault['loc'][:-1]))}"


def of_data(error: ValidationError, known: type[BaseModel]) -> list[str]:
    """The faults of plain data, each as place and sentence."""
    return lines(error, lambda fault: placed(fault, keys_at(known, fault["loc"][:-1])))


def placed(fault: ErrorDetails, known: Collection[str] = (), within: Path = ()) -> str:
    """A fault with its place; a key that the sentence names is no part of it. within: the way to the data."""
    named = fault["type"] in ("extra_forbidden", "missing")
    at = (*within, *(fault["loc"][:-1] if named else fault["loc"]))
    return f"{path_text(at)}: {said(fault, known)}" if at else said(fault, known)


def said(fault: ErrorDetails, known: Collection[str] = (), kind: str = "key") -> str:
    """What is wrong and what was expected. known: the names beside an unknown one. kind: what a name is."""
    name = str(fault["loc"][-1]) if fault["loc"] else ""
    match fault["type"]:
        case "extra_forbidden":
            return f"unknown {kind} {shown(name)}{meant_or_known(name, known) if known else ''}"
        case "missing":
            return f"the {kind} {name!r} is missing"
        case "tuple_type" | "list_type":
            return f"expected a list, such as [a, b]; the value is {shown(fault['input'])}"
        case "too_short":
            return "expected one entry or more"
        case "model_type" | "dict_type":
            return f"expected keys and their values, as `key: value`; it is {shown(fault['input'])}"
        case _:
            return f"{message(fault)}{_value(fault)}"


def message(fault: ErrorDetails) -> str:
    """pydantic's own words, without those that it puts before ours, and without a long list of names."""
    if fault["type"] == "literal_error":
        return _no_such(str(fault["input"]), fault)
    return fault["msg"].removeprefix("Value error, ")


def _no_such(name: str, fault: ErrorDetails) -> str:
    known = re.findall(r"'([^']*)'", fault["ctx"]["expected"])
    if len(known) > LISTED:
        return f"no {shown(name)} here{meant_or_known(name, known)}"
    return f"{fault['msg']}{meant(name, known)}"


def _value(fault: ErrorDetails) -> str:
    """The value, where it is one and no whole record or list."""
    plain = isinstance(fault["input"], str | int | float | None)
    return f" (the value is {shown(fault['input'])})" if plain else ""


def place(location: Path, data: Any) -> Path:
    """The part of a location that is in the data: validation adds the tags of unions, which are no keys."""
    path: list[int | str] = []
    here = data
    for part in location:
        if isinstance(here, Mapping):
            keys = {str(key): key for key in here}
            if str(part) in keys:
                path.append(str(part))
                here = here[keys[str(part)]]
        elif isinstance(here, list) and isinstance(part, int) and part < len(here):
            path.append(part)
            here = here[part]
    return tuple(path)


def keys_at(model: type[BaseModel], location: Path) -> list[str]:
    """The keys of the record at a place inside a record."""
    record: type[BaseModel] | None = model
    for part in location:
        if record is not None and isinstance(part, str):
            field = record.model_fields.get(part)
            record = _record(field.annotation) if field else record
    return list(record.model_fields) if record else []


def _record(annotation: Any) -> type[BaseModel] | None:
    """The record inside an annotation: itself, an optional one, or the items of a tuple."""
    if isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias):
        return annotation if issubclass(annotation, BaseModel) else None
    found = (_record(inner) for inner in typing.get_args(annotation))
    return next((record for record in found if record is not None), None)
