"""Lines and points over two axes of numbers, as pixels; the macro `plot` of `charts.html` draws them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from realsr.pages.charts import Axes, path, round_ticks

AXES = Axes(400.0, 270.0, left=52.0, right=18.0, top=14.0, bottom=46.0)

Place = tuple[float, float]


@dataclass(frozen=True)
class Curve:
    """Points joined in their order. ink: classes of the style sheet, `c0` to `c7`, with `d1` dashed."""

    name: str
    ink: str
    places: Sequence[Place]


@dataclass(frozen=True)
class Dots:
    """Points that stand alone, each with the words that a pointer shows."""

    name: str
    ink: str
    places: Sequence[tuple[float, float, str]]


@dataclass(frozen=True)
class Plot:
    """A chart in pixels. names: what its palette says, (name, ink), each once. ticks: (pixel, label)."""

    title: str
    across: str
    up: str
    x_ticks: Sequence[tuple[float, str]]
    y_ticks: Sequence[tuple[float, str]]
    names: Sequence[tuple[str, str]]
    curves: Sequence[tuple[str, str]]
    dots: Sequence[tuple[str, Sequence[tuple[float, float, str]]]]
    axes: Axes = AXES


def plotted(
    title: str, across: str, up: str, curves: Sequence[Curve] = (), dots: Sequence[Dots] = ()
) -> Plot:
    """A chart whose axes hold all that is finite of the curves and dots; the rest has no place and is left out.

    across, up: what the axes are, with their units.
    """
    whole = [
        *(place for curve in curves for place in curve.places),
        *((x, y) for each in dots for x, y, _ in each.places),
    ]
    shown = [place for place in whole if _finite(place)]
    xs, ys = [_room([place[axis] for place in shown]) for axis in (0, 1)]
    x, y = AXES.across(xs), AXES.up(ys)
    return Plot(
        title,
        across,
        up,
        [(x(value), f"{value:g}") for value in round_ticks(xs)],
        [(y(value), f"{value:g}") for value in round_ticks(ys)],
        list(dict.fromkeys([*_names(curves), *_names(dots)])),
        [(curve.ink, path(filter(_finite, curve.places), x, y)) for curve in curves],
        [(each.ink, [(x(a), y(b), words) for a, b, words in _kept(each)]) for each in dots],
    )


def _names(shown: Sequence[Curve] | Sequence[Dots]) -> list[tuple[str, str]]:
    return [(each.name, each.ink) for each in shown]


def _kept(dots: Dots) -> Iterable[tuple[float, float, str]]:
    return (place for place in dots.places if _finite(place[:2]))


def _finite(place: Place) -> bool:
    return all(map(math.isfinite, place))


def _room(values: Sequence[float]) -> list[float]:
    """The values' range and a twentieth more on each side, so that no point lies on the frame."""
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    room = (high - low) / 20 or 0.5
    return [low - room, high + room]
