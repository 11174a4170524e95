"""Options that several commands share, declared once as a record."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from dataclasses import MISSING, Field, fields, is_dataclass
from typing import Any, get_type_hints


def grouped(command: Callable[..., int]) -> Callable[..., int]:
    """A command whose parameters that are records are options, one for each of the record's fields.

    Typer reads the options from the signature, where the fields stand in the record's place; the command is
    called with the record. Everything is passed by keyword. The defaults are the fields' own.
    """
    hints = get_type_hints(command, include_extras=True)
    records: dict[str, Any] = {name: hint for name, hint in hints.items() if is_dataclass(hint)}

    @functools.wraps(command)
    def wrapper(**given: Any) -> int:
        made = {
            name: record(**{field.name: given.pop(field.name) for field in fields(record)})
            for name, record in records.items()
        }
        return command(**given, **made)

    shown = list(_parameters(command, hints, records))
    wrapper.__signature__ = inspect.Signature(shown)  # type: ignore[attr-defined]
    wrapper.__annotations__ = {one.name: one.annotation for one in shown}
    return wrapper


def _parameters(
    command: Callable[..., int], hints: dict[str, Any], records: dict[str, Any]
) -> Iterator[inspect.Parameter]:
    for name, found in inspect.signature(command).parameters.items():
        if name not in records:
            kind = inspect.Parameter.KEYWORD_ONLY
            yield found.replace(annotation=hints[name], kind=kind)
            continue
        types = get_type_hints(records[name], include_extras=True)
        for field in fields(records[name]):
            yield _parameter(field, types[field.name])


def _parameter(field: Field[Any], annotation: Any) -> inspect.Parameter:
    default = inspect.Parameter.empty if field.default is MISSING else field.default
    kind = inspect.Parameter.KEYWORD_ONLY
    return inspect.Parameter(field.name, kind, default=default, annotation=annotation)
