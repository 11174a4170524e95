"""The arguments of a class of spandrel's as a record: names, types and defaults are its own."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from pydantic import Field, create_model
from torch import nn

from realsr.models.base import Arguments
from realsr.models.elsewhere.entry import SpandrelEntry

_PLAIN = (bool, int, float, str)


def signature(theirs: type[nn.Module]) -> Mapping[str, inspect.Parameter]:
    """The named arguments of a class, by what it was before spandrel wrapped it."""
    made = inspect.unwrap(theirs.__init__)
    return {
        name: each
        for name, each in inspect.signature(made).parameters.items()
        if each.kind is inspect.Parameter.KEYWORD_ONLY
    }


def offered(entry: SpandrelEntry, theirs: type[nn.Module]) -> dict[str, Any]:
    """Arguments that a person may give, with their defaults: not the scale and the channels, which have our
    names, nor what is a class or a function."""
    kept = {entry.scale, *entry.channels, *entry.hidden}
    found = {
        name: entry.defaults.get(name, each.default)
        for name, each in signature(theirs).items()
        if name not in kept
    }
    return {name: default for name, default in found.items() if not callable(default)}


def record(entry: SpandrelEntry, theirs: type[nn.Module]) -> type[Arguments]:
    """The record of an entry's arguments: `scale`, `channels`, and what the class has beside them."""
    fields: dict[str, Any] = {
        name: (_type(default), _frozen(default)) for name, default in offered(entry, theirs).items()
    }
    if not entry.channels:
        said = "channels of LR and SR: it has three alone"
        fields["channels"] = (int, Field(default=3, ge=3, le=3, description=said))
    return create_model(f"{entry.name}_arguments", __base__=Arguments, **fields)


def given(entry: SpandrelEntry, theirs: type[nn.Module], arguments: Arguments) -> dict[str, Any]:
    """What the class is called with."""
    known = signature(theirs)
    told = arguments.model_dump(exclude={"scale", "channels"})
    told |= {name: default for name, default in entry.defaults.items() if name not in told}
    if entry.scale:
        told[entry.scale] = arguments.scale
    told |= dict.fromkeys(entry.channels, arguments.channels)
    return {
        name: list(value) if isinstance(value, tuple) and _lists(known[name]) else value
        for name, value in told.items()
    }


def _type(default: Any) -> Any:
    """Numbers by whether they are whole; a sequence of anything; else anything."""
    if isinstance(default, float):
        return float
    for plain in _PLAIN:
        if isinstance(default, plain):
            return plain
    return tuple[Any, ...] if isinstance(default, list | tuple) else Any


def _frozen(default: Any) -> Any:
    if default is inspect.Parameter.empty:
        return ...
    return tuple(default) if isinstance(default, list) else default


def _lists(parameter: inspect.Parameter) -> bool:
    """Whether the class has a list there, to which it may add."""
    return not isinstance(parameter.default, tuple)
