"""The arithmetic of a line chart in pixels; `charts.html` draws it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

Scale = Callable[[float], float]


@dataclass(frozen=True)
class Axes:
    """A chart's size and the room around its lines, in pixels."""

    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float

    @property
    def end(self) -> float:
        """Where the lines end on the right."""
        return self.width - self.right

    @property
    def floor(self) -> float:
        """Where they end below."""
        return self.height - self.bottom

    def across(self, values: Sequence[float]) -> Scale:
        """From a value on the horizontal axis, which holds `values`, to its pixel."""
        return _scale(values, self.left, self.end)

    def up(self, values: Sequence[float]) -> Scale:
        """The same of the vertical axis."""
        return _scale(values, self.floor, self.top)


def path(points: Iterable[tuple[float, float]], x: Scale, y: Scale) -> str:
    """Points as a polyline's or a polygon's."""
    return " ".join(f"{x(at):.1f},{y(value):.1f}" for at, value in points)


def round_ticks(values: Sequence[float], about: int = 5) -> list[float]:
    """Round numbers within the values' range, about `about` of them."""
    if not values or max(values) == min(values):
        return list(values[:1])
    low, high = min(values), max(values)
    raw = (high - low) / about
    unit = 10.0 ** math.floor(math.log10(raw))
    step = next(unit * factor for factor in (1, 2, 5, 10) if unit * factor >= raw)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [round(index * step, 12) for index in range(first, last + 1)]


def _scale(values: Sequence[float], start: float, end: float) -> Scale:
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    room = (high - low) or 1.0
    return lambda value: round(start + (value - low) / room * (end - start), 1)
