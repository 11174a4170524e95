"""Values of a pipeline file as people write them, and the grid on which draws are equal everywhere."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

_PI = re.compile(r"^([+-]?)(?:(\d+(?:\.\d+)?)\s*\*\s*)?pi(?:\s*/\s*(\d+(?:\.\d+)?))?$")


def _number(value: Any) -> Any:
    """Reads `pi`, `-pi/3`, `2*pi` and what YAML 1.1 leaves a string, such as 1e-3."""
    if not isinstance(value, str):
        return value
    match = _PI.match(value.strip())
    if match:
        sign, times, over = match.groups()
        return float(f"{sign}1") * float(times or 1) * math.pi / float(over or 1)
    return value


Number = Annotated[
    float,
    BeforeValidator(_number),
    WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string", "pattern": _PI.pattern}]}),
]


def _scalar(value: Any) -> Any:
    """A constant: a string that reads as a number is one."""
    value = _number(value)
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            return value
    return value


Constant = Annotated[float | int | str | bool, BeforeValidator(_scalar)]


def rounded(value: float) -> float:
    """The value to nine significant digits: the grid on which draws are equal everywhere."""
    return float(f"{value:.9g}")


class Strict(BaseModel):
    """Frozen, and refuses what it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


Weight = Annotated[Number, Field(ge=0)]


def pick(weights: Sequence[float], u: float) -> tuple[int, float]:
    """The part that u falls into when (0, 1) is cut by the weights, and u's place within that part."""
    total, below = math.fsum(weights), 0.0
    for index, weight in enumerate(weights):
        share = weight / total
        if share > 0 and (u < below + share or not any(weights[index + 1 :])):
            return index, min(max((u - below) / share, 2.0**-53), 1.0 - 2.0**-53)
        below += share
    raise ValueError("no weight is above 0")
