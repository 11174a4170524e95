"""spandrel's networks as rows of the table of architectures, made when they are asked for."""

from __future__ import annotations

import warnings
from functools import cache
from importlib import import_module
from typing import Any

from torch import nn

from degrade.errors import MissingExtraError
from degrade.reader.near import alike, quoted
from realsr.models.base import Architecture, Arguments
from realsr.models.elsewhere.entries import ENTRIES
from realsr.models.elsewhere.entry import SpandrelEntry
from realsr.models.elsewhere.network import NetworkRules, SpandrelNetwork, bring_up_to_date, kept
from realsr.models.elsewhere.record import given, record
from realsr.models.elsewhere.refused import OURS, REASONS
from realsr.models.errors import ModelError

PREFIX = "spandrel/"
"""Before the name of a network whose code is spandrel's."""

_ENTRIES = {entry.name: entry for entry in ENTRIES}

NAMES = tuple(PREFIX + name for name in _ENTRIES)
"""All that train, as a configuration names them."""


def is_elsewhere(name: str) -> bool:
    """Whether a name is one of spandrel's, be there such a network or not."""
    return name.startswith(PREFIX)


def fault(name: str) -> str | None:
    """Why there is no network of such a name; None where there is one."""
    bare = name.removeprefix(PREFIX)
    if bare in _ENTRIES:
        return None
    if bare.casefold() in OURS:
        return f"{name}: this network is ours too: name it {OURS[bare.casefold()]!r}"
    if bare.casefold() in REASONS:
        return f"{name} does not train here: {REASONS[bare.casefold()]}"
    near = alike(bare, [*_ENTRIES, *OURS, *REASONS])
    hint = f"; did you mean {quoted([PREFIX + each for each in near])}?" if near else ""
    return f"no architecture {name!r}{hint or '; `realsr models list` has all of them'}"


def entry_of(name: str) -> SpandrelEntry:
    """What is known of a network without loading spandrel. Raises ModelError."""
    if (said := fault(name)) is not None:
        raise ModelError(said)
    return _ENTRIES[name.removeprefix(PREFIX)]


def row(name: str) -> Architecture[Any]:
    """The row of `spandrel/NAME`. Raises ModelError for another name, MissingExtraError without spandrel."""
    return _row(entry_of(name).name)


@cache
def _row(name: str) -> Architecture[Any]:
    entry = _ENTRIES[name]
    return Architecture(
        name=PREFIX + entry.name,
        arguments=record(entry, class_of(entry, entry.scales[0])),
        build=lambda arguments: _built(entry, arguments),
        scales=entry.scales,
        colour="rgb",
        summary=entry.summary,
        source=f"{entry.source}; the network is spandrel's",
    )


def class_of(entry: SpandrelEntry, scale: int) -> type[nn.Module]:
    """spandrel's class. Raises MissingExtraError without spandrel."""
    module, _, name = entry.place.format(scale=scale).partition(":")
    try:
        import spandrel  # noqa: F401
    except ImportError as error:
        raise MissingExtraError("networks of spandrel", "interop") from error
    found: type[nn.Module] = getattr(import_module(f"spandrel.architectures.{module}"), name)
    return found


def _built(entry: SpandrelEntry, arguments: Arguments) -> SpandrelNetwork:
    cls = class_of(entry, arguments.scale)
    told = given(entry, cls, arguments)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of how its code uses torch
            network = kept(cls)(**told)
    except Exception as error:  # each class refuses what does not go together in its own way
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise ModelError(
            f"{PREFIX}{entry.name}: its code refuses these arguments ({reason}): {told}; see "
            f"`realsr models show {PREFIX}{entry.name}`"
        ) from error
    sides = (entry.minimum, entry.multiple_of, entry.square)
    network.rules = NetworkRules(arguments.scale, *sides, entry.one_by_one)
    network.register_state_dict_pre_hook(bring_up_to_date)  # type: ignore[no-untyped-call]
    return network
