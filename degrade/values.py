"""Values of a pipeline file as people write them, and the grid on which draws are equal everywhere."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
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


def picker(weights: Sequence[float]) -> Callable[[float], tuple[int, float]]:
    """Cuts (0, 1) by the weights: u -> the part that u falls into, and u's place within that part.

    Raises ValueError where no weight is above 0.
    """
    total, below, parts = math.fsum(weights), 0.0, list[tuple[int, float, float]]()
    for index, weight in enumerate(weights):
        share = weight / total if total else 0.0
        if share > 0:
            parts.append((index, below, share))
        below += share
    if not parts:
        raise ValueError("no weight is above 0")
    last = parts.pop()

    def pick(u: float) -> tuple[int, float]:
        for part in parts:
            if u < part[1] + part[2]:
                break
        else:
            part = last
        index, start, share = part
        return index, min(max((u - start) / share, 2.0**-53), 1.0 - 2.0**-53)

    return pick
