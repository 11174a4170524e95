"""Severity sweeps as charts: a parameter on the horizontal axis, a line a model, breakdown points marked."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from realsr.robustness.page.study import Metric, Row, Study

WIDTH, HEIGHT = 420.0, 250.0
LEFT, RIGHT, TOP, BOTTOM = 50.0, 14.0, 12.0, 34.0
GREY = 7
"""The baseline's place in the palette; the seven before it are told apart by colour-blind readers too."""

Scale = Callable[[float], float]


@dataclass(frozen=True)
class Curve:
    """One model's line in pixels. ink: classes of the palette. breakdown: (x, low x, high x, words)."""

    model: str
    ink: str
    points: str
    band: str
    breakdown: tuple[float, float, float, str] | None


@dataclass(frozen=True)
class Chart:
    """What the template draws. ticks: (pixel, label). trained: pixel of the value that the training used."""

    title: str
    metric: str
    x_ticks: Sequence[tuple[float, str]]
    y_ticks: Sequence[tuple[float, str]]
    curves: Sequence[Curve]
    trained: float | None


def charts(study: Study, metrics: Sequence[Metric]) -> list[Chart]:
    """A chart for every swept parameter and metric."""
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in study.sweeps:
        groups.setdefault((row["pipeline"], row["parameter"]), []).append(row)
    found = [_chart(study, key, rows, metric) for key, rows in groups.items() for metric in metrics]
    return [chart for chart in found if chart.curves]


def inks(study: Study) -> dict[str, str]:
    """Every model's classes in the page's palette: a hue for what it was trained on, dashes for its loss."""
    models = [model for model in study.models if model.name != study.baseline]
    hues = list(dict.fromkeys(model.trained_on or model.name for model in models))
    losses = list(dict.fromkeys(model.loss for model in models))
    found = {
        model.name: f"c{hues.index(model.trained_on or model.name) % GREY} d{losses.index(model.loss) % 3}"
        for model in models
    }
    return {model.name: found.get(model.name, f"c{GREY} d0") for model in study.models}


def _chart(study: Study, key: tuple[str, str], rows: Sequence[Row], of: Metric) -> Chart:
    metric = of.name
    rows = [row for row in rows if _points(row, metric)]
    xs = [x for row in rows for x, _ in _points(row, metric)]
    ys = [y for row in rows for y in _heights(row, metric)]
    x = _scale(xs, LEFT, WIDTH - RIGHT)
    y = _scale(ys, HEIGHT - BOTTOM, TOP)
    trained = next((row["trained_at"] for row in rows if row.get("trained_at") is not None), None)
    unit = f", {of.unit}" if of.unit else ""
    return Chart(
        f"{of.title}{unit} over {key[1]} of {key[0]}",
        metric,
        [(x(tick), f"{tick:g}") for tick in ticks(xs)],
        [(y(tick), f"{tick:g}") for tick in ticks(ys)],
        [_curve(study, row, metric, x, y) for row in rows],
        x(trained) if trained is not None else None,
    )


def _curve(study: Study, row: Row, metric: str, x: Scale, y: Scale) -> Curve:
    band = _band(row, metric)
    upper = [(at, high) for at, _, high in band]
    lower = [(at, low) for at, low, _ in reversed(band)]
    return Curve(
        row["model"],
        inks(study).get(row["model"], f"c{GREY} d0"),
        _path(_points(row, metric), x, y),
        _path(upper + lower, x, y),
        _breakdown(row, metric, x),
    )


def _path(points: Sequence[tuple[float, float]], x: Scale, y: Scale) -> str:
    return " ".join(f"{x(at):.1f},{y(value):.1f}" for at, value in points)


def _points(row: Row, metric: str) -> list[tuple[float, float]]:
    scores = row["scores"].get(metric) or []
    pairs = zip(row["values"], scores, strict=False)
    return [(at, value) for at, value in pairs if value is not None and math.isfinite(value)]


def _band(row: Row, metric: str) -> list[tuple[float, float, float]]:
    intervals = _of(row.get("intervals"), metric) or []
    pairs = zip(row["values"], intervals, strict=False)
    return [(at, found[0], found[1]) for at, found in pairs if found and None not in found]


def _heights(row: Row, metric: str) -> Iterator[float]:
    yield from (value for _, value in _points(row, metric))
    for _, low, high in _band(row, metric):
        yield from (low, high)


def _breakdown(row: Row, metric: str, x: Scale) -> tuple[float, float, float, str] | None:
    found = _of(row.get("breakdown"), metric)
    if found is None:
        return None
    if not isinstance(found, Mapping):
        return x(found), x(found), x(found), f"{row['model']} falls below bicubic at {found:g}"
    at = found.get("value")
    if at is None:
        return None
    low, high = (_bound(found.get(side), at) for side in ("low", "high"))
    words = f"{row['model']} falls below bicubic at {at:.3g} [{low:.3g}, {high:.3g}]"
    return x(at), x(low), x(high), words


def _bound(bound: float | None, otherwise: float) -> float:
    return otherwise if bound is None else bound


def _of(value: Any, metric: str) -> Any:
    """A value by metric, or one that holds for the metric that the sweep was judged by."""
    return value.get(metric) if isinstance(value, Mapping) and "value" not in value else value


def _scale(values: Sequence[float], start: float, end: float) -> Scale:
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    room = (high - low) or 1.0
    return lambda value: round(start + (value - low) / room * (end - start), 1)


def ticks(values: Sequence[float], about: int = 5) -> list[float]:
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
