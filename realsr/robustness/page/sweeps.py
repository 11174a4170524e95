"""Severity sweeps as charts: a parameter on the horizontal axis, a line a model, breakdown points marked."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from realsr.pages.charts import Axes, Scale, path, round_ticks
from realsr.robustness.page.study import Metric, Row, Study

AXES = Axes(420.0, 250.0, left=50.0, right=14.0, top=12.0, bottom=34.0)
GREY = 7
"""The baseline's place in the palette; the seven before it are told apart by colour-blind readers too."""


@dataclass(frozen=True)
class Mark:
    """A breakdown point in pixels, and what the sweep says of it. at: None where it lies nowhere in the range.

    low, high: ends of the bar, None without one; open_low, open_high: the interval goes on beyond the chart.
    """

    words: str
    at: float | None
    low: float | None = None
    high: float | None = None
    open_low: bool = False
    open_high: bool = False


@dataclass(frozen=True)
class Curve:
    """One model's line in pixels. ink: classes of the palette."""

    model: str
    ink: str
    points: str
    band: str
    breakdown: Mark | None


@dataclass(frozen=True)
class Chart:
    """What the template draws. ticks: (pixel, label). trained: pixel of the value that the training used.
    bands: which intervals they are, or why there are none, each with its models."""

    title: str
    metric: str
    x_ticks: Sequence[tuple[float, str]]
    y_ticks: Sequence[tuple[float, str]]
    curves: Sequence[Curve]
    trained: float | None
    bands: Sequence[str]


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
    x, y = AXES.across(xs), AXES.up(ys)
    trained = next((row["trained_at"] for row in rows if row.get("trained_at") is not None), None)
    unit = f", {of.unit}" if of.unit else ""
    return Chart(
        f"{of.title}{unit} over {key[1]} of {key[0]}",
        metric,
        [(x(tick), f"{tick:g}") for tick in round_ticks(xs)],
        [(y(tick), f"{tick:g}") for tick in round_ticks(ys)],
        [_curve(study, row, metric, x, y) for row in rows],
        x(trained) if trained is not None else None,
        _bands(rows, metric),
    )


def _curve(study: Study, row: Row, metric: str, x: Scale, y: Scale) -> Curve:
    band = _band(row, metric)
    upper = [(at, high) for at, _, high in band]
    lower = [(at, low) for at, low, _ in reversed(band)]
    return Curve(
        row["model"],
        inks(study).get(row["model"], f"c{GREY} d0"),
        path(_points(row, metric), x, y),
        path(upper + lower, x, y),
        _breakdown(row, metric, x),
    )


def _points(row: Row, metric: str) -> list[tuple[float, float]]:
    scores = row["scores"].get(metric) or []
    pairs = zip(row["values"], scores, strict=False)
    return [(at, value) for at, value in pairs if value is not None and math.isfinite(value)]


def _band(row: Row, metric: str) -> list[tuple[float, float, float]]:
    intervals = row["intervals"].get(metric) or []
    pairs = zip(row["values"], intervals, strict=False)
    return [(at, found[0], found[1]) for at, found in pairs if found and None not in found]


def _heights(row: Row, metric: str) -> Iterator[float]:
    yield from (value for _, value in _points(row, metric))
    for _, low, high in _band(row, metric):
        yield from (low, high)


def _bands(rows: Sequence[Row], metric: str) -> list[str]:
    kinds: dict[str, list[str]] = {}
    for row in rows:
        kinds.setdefault(row["interval"][metric], []).append(row["model"])
    return [
        f"{', '.join(names)}: {kind}" if len(kinds) > 1 else kind for kind, names in kinds.items()
    ]


def _breakdown(row: Row, metric: str, x: Scale) -> Mark | None:
    """A missing low end says that the model is surely above all along; a missing high end, that nowhere in the
    range it is surely below. Where too few images tell, there is no bar."""
    found = row["breakdown"].get(metric)
    if found is None:
        return None
    words, at = f"{row['model']}: {found['words']}", found["value"]
    place = None if at is None else x(at)
    low, high = found["low"], found["high"]
    if low is None:
        return Mark(words, place)
    first, last = row["values"][0], row["values"][-1]
    ends = x(low), x(last if high is None else high)
    return Mark(words, place, *ends, open_low=low == first, open_high=high is None)
