"""Severity sweeps as charts: a parameter on the horizontal axis, a line a model, breakdown points marked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from realsr.pages.charts import Axes, Scale, path, round_ticks
from realsr.robustness.page.report import Report, ShownMetric
from realsr.robustness.results.sweeps import SweepLine

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
class SweepCurve:
    """One model's line in pixels. ink: classes of the palette."""

    model: str
    ink: str
    points: str
    band: str
    breakdown: Mark | None


@dataclass(frozen=True)
class SweepChart:
    """What the template draws. ticks: (pixel, label). trained: pixel of the value that the training used.
    bands: which intervals they are, or why there are none, each with its models."""

    title: str
    metric: str
    x_ticks: Sequence[tuple[float, str]]
    y_ticks: Sequence[tuple[float, str]]
    curves: Sequence[SweepCurve]
    trained: float | None
    bands: Sequence[str]


def charts(report: Report, metrics: Sequence[ShownMetric]) -> list[SweepChart]:
    """A chart for every swept parameter and metric."""
    groups: dict[tuple[str, str], list[SweepLine]] = {}
    for line in report.sweeps:
        groups.setdefault((line.pipeline, line.parameter), []).append(line)
    found = [
        _chart(report, key, rows, metric) for key, rows in groups.items() for metric in metrics
    ]
    return [chart for chart in found if chart.curves]


def inks(report: Report) -> dict[str, str]:
    """Every model's classes in the page's palette: a hue for what it was trained on, dashes for its loss."""
    models = [model for model in report.models if model.name != report.baseline]
    hues = list(dict.fromkeys(model.trained_on or model.name for model in models))
    losses = list(dict.fromkeys(model.loss for model in models))
    found = {
        model.name: f"c{hues.index(model.trained_on or model.name) % GREY} d{losses.index(model.loss) % 3}"
        for model in models
    }
    return {model.name: found.get(model.name, f"c{GREY} d0") for model in report.models}


def _chart(
    report: Report, key: tuple[str, str], lines: Sequence[SweepLine], of: ShownMetric
) -> SweepChart:
    metric = of.name
    lines = [line for line in lines if _points(line, metric)]
    xs = [x for line in lines for x, _ in _points(line, metric)]
    ys = [y for line in lines for y in _heights(line, metric)]
    x, y = AXES.across(xs), AXES.up(ys)
    trained = next((line.trained_at for line in lines if line.trained_at is not None), None)
    unit = f", {of.unit}" if of.unit else ""
    return SweepChart(
        f"{of.title}{unit} over {key[1]} of {key[0]}",
        metric,
        [(x(tick), f"{tick:g}") for tick in round_ticks(xs)],
        [(y(tick), f"{tick:g}") for tick in round_ticks(ys)],
        [_curve(report, line, metric, x, y) for line in lines],
        x(trained) if trained is not None else None,
        _bands(lines, metric),
    )


def _curve(report: Report, line: SweepLine, metric: str, x: Scale, y: Scale) -> SweepCurve:
    band = _band(line, metric)
    upper = [(at, high) for at, _, high in band]
    lower = [(at, low) for at, low, _ in reversed(band)]
    return SweepCurve(
        line.model,
        inks(report).get(line.model, f"c{GREY} d0"),
        path(_points(line, metric), x, y),
        path(upper + lower, x, y),
        _breakdown(line, metric, x),
    )


def _points(line: SweepLine, metric: str) -> list[tuple[float, float]]:
    return list(zip(line.values, line.scores.get(metric, ()), strict=False))


def _band(line: SweepLine, metric: str) -> list[tuple[float, float, float]]:
    pairs = zip(line.values, line.intervals.get(metric, ()), strict=False)
    return [(at, *found) for at, found in pairs if found is not None]


def _heights(line: SweepLine, metric: str) -> Iterator[float]:
    yield from (value for _, value in _points(line, metric))
    for _, low, high in _band(line, metric):
        yield from (low, high)


def _bands(lines: Sequence[SweepLine], metric: str) -> list[str]:
    kinds: dict[str, list[str]] = {}
    for line in lines:
        kinds.setdefault(line.interval[metric], []).append(line.model)
    return [
        f"{', '.join(names)}: {kind}" if len(kinds) > 1 else kind for kind, names in kinds.items()
    ]


def _breakdown(line: SweepLine, metric: str, x: Scale) -> Mark | None:
    """A missing low end says that the model is surely above all along; a missing high end, that nowhere in the
    range it is surely below. Where too few images tell, there is no bar."""
    found = line.breakdown.get(metric)
    if found is None:
        return None
    words, at = f"{line.model}: {found.words}", found.value
    place = None if at is None else x(at)
    low, high = found.low, found.high
    if low is None:
        return Mark(words, place)
    first, last = line.values[0], line.values[-1]
    ends = x(low), x(last if high is None else high)
    return Mark(words, place, *ends, open_low=low == first, open_high=high is None)
