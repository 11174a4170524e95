"""What is told of one of spandrel's networks before spandrel is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class SpandrelEntry:
    """A network of spandrel's.

    place: `module:class` below `spandrel.architectures`; `{scale}` stands for the scale. scales: those that
    spandrel builds and reads back. scale: its argument of that meaning; none for what keeps the size.
    channels: its arguments for channels in and out; none for RGB alone. defaults: ours, where its own are not
    the published network's. hidden: arguments that it cannot read back from a file, so that they stay as they
    are. minimum, multiple_of, square: sides in LR pixels that it asks for; it is given no others.
    one_by_one: it answers batches in training alone.
    """

    name: str
    place: str
    scales: tuple[int, ...]
    scale: str
    channels: tuple[str, ...]
    summary: str
    source: str
    defaults: Mapping[str, Any] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()
    minimum: int = 1
    multiple_of: int = 1
    square: bool = False
    one_by_one: bool = False
