"""What the stages of other libraries' transforms on the HR share: a record's checks, its place, its rungs."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, ClassVar, NamedTuple

from pydantic import Field, ValidationInfo, field_validator

from degrade.geometry import Frame, Placement
from degrade.operators.base import JsonMapping, NoiseKey, P, Parameters
from degrade.operators.ladders import Rung


class Checks(NamedTuple):
    """Raise ValueError for a transform, or for arguments (a JSON object) of one, that are not run here."""

    name: Callable[[str], None]
    arguments: Callable[[str, str], None]


class TransformParameters(Parameters):
    """A library's transform by its name, with arguments. A subclass says what it takes and in which words."""

    checks: ClassVar[Checks]

    transform: str
    arguments: JsonMapping = Field(default="{}", validate_default=True)
    key: NoiseKey

    @field_validator("transform")
    @classmethod
    def _allowed(cls, name: str) -> str:
        cls.checks.name(name)
        return name

    @field_validator("arguments")
    @classmethod
    def _taken(cls, arguments: str, info: ValidationInfo) -> str:
        if "transform" in info.data:  # absent where it was refused itself
            cls.checks.arguments(info.data["transform"], arguments)
        return arguments


def placed_anew(record: P, frame: Frame) -> Placement:
    """The HR that comes out is the new reference: its size is the old one's, its coordinates its own."""
    return Placement(frame.current)


def augmented(transform: str, **arguments: Any) -> Rung:
    """A rung of a ladder."""
    return {"transform": transform, "arguments": json.dumps(arguments)}
