"""Values of a pipeline file as people write them, and the grid on which draws are equal everywhere."""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar

import numpy as np
import numpy.typing as npt
from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from degrade.reader.yaml_source import shown

T = TypeVar("T")

_PI = re.compile(r"^([+-]?)(?:(\d+(?:\.\d+)?)\s*\*\s*)?pi(?:\s*/\s*(\d+(?:\.\d+)?))?$")


def _number(value: Any) -> Any:
    """Reads `pi`, `-pi/3`, `2*pi` and what YAML 1.1 leaves a string, such as 1e-3."""
    if not isinstance(value, str):
        return value
    match = _PI.match(value.strip())
    if match:
        sign, times, over = match.groups()
        return float(f"{sign}1") * float(times or 1) * math.pi / _divisor(over)
    return value


def _divisor(text: str | None) -> float:
    value = float(text or 1)
    if not value:
        raise ValueError("divides by 0")
    return value


LARGEST = 1e30
"""Of a number in a pipeline: beyond every field's range, and sums and products of a few are still finite."""


def _bounded(value: T) -> T:
    if isinstance(value, int | float) and abs(value) > LARGEST:
        raise ValueError(f"expected a number from {-LARGEST:g} to {LARGEST:g}")
    return value


_AS_JSON: dict[str, Any] = {
    "anyOf": [
        {"type": "number", "minimum": -LARGEST, "maximum": LARGEST},
        {"type": "string", "pattern": _PI.pattern},
    ]
}
End = Annotated[float, BeforeValidator(_number), WithJsonSchema(_AS_JSON)]
"""A number, or an infinity where its record allows one."""
Number = Annotated[End, AfterValidator(_bounded), WithJsonSchema(_AS_JSON)]
Whole = Annotated[int, Field(ge=-int(LARGEST), le=int(LARGEST))]


def _scalar(value: Any) -> Any:
    """A constant: a string that reads as a number is one. A list and nothing at all have sentences of their
    own, in place of one for each type that they are not."""
    if isinstance(value, list):
        raise fault(f"expected one value or a distribution; {_form_of(value)}")
    if value is None:
        raise fault("expected a value; it is empty")
    value = _number(value)
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            return value
    return value


def fault(sentence: str) -> PydanticCustomError:
    """A fault whose sentence says all, the value included."""
    return PydanticCustomError("no_value", "{sentence}", {"sentence": sentence})


def _form_of(values: list[Any]) -> str:
    """How the distribution is written that a list stands for: `[low, high]` of other toolkits, or a choice."""
    numbers = all(isinstance(value, int | float) for value in values)
    if len(values) != 2 or not numbers:
        return f"write values to choose from as {{choice: {shown(values) if values else '[a, b]'}}}"
    whole = all(isinstance(value, int) for value in values)
    integers = f", of whole numbers {{integer: {shown(values)}}}" if whole else ""
    return f"write a range as {{uniform: {shown(values)}}}{integers}"


Constant = Annotated[float | int | str | bool, BeforeValidator(_scalar), AfterValidator(_bounded)]


LEAST, MOST = 2.0**-53, 1.0 - 2.0**-53
"""The ends to which a uniform of the open interval (0, 1) is cut."""


def rounded(value: float) -> float:
    """The value to nine significant digits: the grid on which draws are equal everywhere.

    Between 0.1 and 10, where most draws lie, by arithmetic, which is twice as fast and gives the same double.
    The product is off by less than 1e-6, so unless it lies midway between two whole numbers, the nearest one
    is the decimal's; that number and the grid are exact, and IEEE division gives the double nearest to their
    ratio, as reading the decimal does.
    """
    if 0.1 <= value < 10.0:
        grid = 1e8 if value >= 1.0 else 1e9
        steps = value * grid
        whole = round(steps)
        if abs(steps - whole) < 0.499:
            return whole / grid
    return float(f"{value:.9g}")


_POWERS = np.array([float(f"1e{power}") for power in range(-13, 9)])
"""Where decades begin in which nine digits are had by one exact power of ten."""

_GRIDS = np.array([float(10 ** (8 - power)) for power in range(-13, 9)])


def rounded_all(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """`rounded` of every value, bit for bit: float64 (n,), finite.

    In the decade that begins at 10**k the grid is 10**(8 - k), which up to 10**22 is exact; see `rounded`.
    """
    sizes = np.abs(values)
    decades = np.searchsorted(_POWERS, sizes, side="right") - 1
    grid = _GRIDS.take(decades, mode="clip")
    steps = sizes * grid
    whole = np.rint(steps)
    out: npt.NDArray[np.float64] = np.copysign(whole / grid, values)
    steps -= whole
    np.abs(steps, out=steps)
    sure = (steps < 0.499) & (sizes >= _POWERS[0]) & (sizes < 1e9)
    if not sure.all():
        for place in np.flatnonzero(~sure).tolist():
            out[place] = rounded(float(values[place]))
    return out


Weight = Annotated[Number, Field(ge=0)]


class Division:
    """(0, 1) cut into parts by weights, parts without weight left out.

    parts: (index of the weight, start, share). ends: where all but the last part end, ascending.
    """

    def __init__(self, weights: Sequence[float]) -> None:
        """Raises ValueError where no weight is above 0."""
        total, below, parts = math.fsum(weights), 0.0, list[tuple[int, float, float]]()
        for index, weight in enumerate(weights):
            share = weight / total if total else 0.0
            if share > 0:
                parts.append((index, below, share))
            below += share
        if not parts:
            raise ValueError("no weight is above 0")
        self.parts = parts
        self.ends = [start + share for _, start, share in parts[:-1]]


def picker(weights: Sequence[float]) -> Callable[[float], tuple[int, float]]:
    """Cuts (0, 1) by the weights: u -> the part that u falls into, and u's place within that part.

    Raises ValueError where no weight is above 0.
    """
    cut = Division(weights)
    parts, ends = cut.parts, cut.ends

    def pick(u: float) -> tuple[int, float]:
        index, start, share = parts[bisect_right(ends, u)]
        place = (u - start) / share
        return index, place if LEAST <= place <= MOST else min(max(place, LEAST), MOST)

    return pick


def chooser(values: Sequence[T], weights: Sequence[float]) -> Callable[[float], T]:
    """Cuts (0, 1) by the weights: u -> the value whose part u falls into. See `picker`."""
    cut = Division(weights)
    ends, kept = cut.ends, [values[index] for index, _, _ in cut.parts]
    return lambda u: kept[bisect_right(ends, u)]
