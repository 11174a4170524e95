"""The curve as one page: a chart a measure, drawn as SVG, and the numbers in a table."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment

from realsr.ganlab.interpolation.curve import Mixed, Point

WIDTH, HEIGHT, MARGIN = 300.0, 190.0, 34.0
INK: Mapping[Mixed, str] = {"weights": "#1d4ed8", "images": "#a1a1aa"}
TITLES = {
    "psnr": "PSNR, dB",
    "lr_consistency": "LR-consistency, dB",
    "high_band_energy": "high-band energy, SR / HR",
}

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Between two networks</title><style>
body { font: 15px/1.45 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem;
  color: #18181b; background: #fff }
figure { display: inline-block; margin: 0 .4rem 1rem 0 } figcaption { font-weight: 600 }
table { border-collapse: collapse } small { color: #52525b } text { font: 11px system-ui, sans-serif }
th, td { padding: .2rem .8rem; text-align: right; border-bottom: 1px solid #e4e4e7 }
th:first-child, td:first-child { text-align: left }
line { stroke: #e4e4e7 } polyline { fill: none; stroke-width: 2 }
</style></head><body>
<h1>Between two networks</h1>
<p>From {{ facts.content }} (alpha 0) to {{ facts.gan }} (alpha 1), on {{ facts.images | length }} images
degraded by {{ facts.pipeline }} x{{ facts.scale }}. <b style="color: {{ ink.weights }}">Weights mixed</b>, and
<b style="color: {{ ink.images }}">the two answers mixed</b>, which takes both networks.</p>
{% for chart in charts %}<figure><figcaption>{{ chart.title }}</figcaption>
<svg width="{{ width }}" height="{{ height }}" role="img" aria-label="{{ chart.title }} over alpha">
{% for y, label in chart.ticks %}<line x1="{{ margin }}" x2="{{ width - 8 }}" y1="{{ y }}" y2="{{ y }}"/>
<text x="{{ margin - 4 }}" y="{{ y + 4 }}" text-anchor="end">{{ label }}</text>
{% endfor %}
{% for x, label in chart.alphas %}<text x="{{ x }}" y="{{ height - 6 }}" text-anchor="middle">{{ label }}</text>
{% endfor %}
{% for mixed, places in chart.lines %}<polyline stroke="{{ ink[mixed] }}" points="{{ places }}"/>
{% endfor %}</svg></figure>
{% endfor %}
<table><tr><th>mixed<th>alpha{% for title in titles.values() %}<th>{{ title }}{% endfor %}</tr>
{% for point in points %}<tr><td>{{ point.mixed }}<td>{{ point.alpha }}{% for name in titles %}
<td>{{ "%.3f" | format(point[name]) }}{% endfor %}</tr>
{% endfor %}</table>
{% for name, words in facts.conventions.items() %}<p><small>{{ titles[name] }}: {{ words }}.</small></p>
{% endfor %}</body></html>
"""


@dataclass(frozen=True)
class Chart:
    """What the page draws of one measure, in pixels of its picture."""

    title: str
    ticks: Sequence[tuple[float, str]]
    alphas: Sequence[tuple[float, str]]
    lines: Sequence[tuple[str, str]]


def page(points: Sequence[Point], facts: Mapping[str, Any]) -> str:
    """One HTML document that asks for nothing outside itself."""
    template = Environment(autoescape=True).from_string(_PAGE)
    return template.render(
        charts=[_chart(points, name) for name in TITLES],
        points=points,
        facts=facts,
        titles=TITLES,
        ink=INK,
        width=WIDTH,
        height=HEIGHT,
        margin=MARGIN,
    )


def _chart(points: Sequence[Point], name: str) -> Chart:
    # A perfect answer's PSNR is infinite and has no place on an axis.
    shown = [p for p in points if math.isfinite(getattr(p, name))]
    values = [getattr(point, name) for point in shown] or [0.0]
    low, high = float(min(values)), float(max(values))
    room = (high - low) or 1.0

    def y(value: float) -> float:
        return round(HEIGHT - MARGIN - float(value - low) / room * (HEIGHT - 2 * MARGIN), 1)

    return Chart(
        TITLES[name],
        [(y(value), f"{value:.2f}") for value in (low, low + room / 2, low + room)],
        [(_x(alpha), f"{alpha:g}") for alpha in sorted({point.alpha for point in points})],
        [(mixed, " ".join(_places(shown, mixed, name, y))) for mixed in INK],
    )


def _places(
    points: Sequence[Point], mixed: str, name: str, y: Callable[[float], float]
) -> Iterator[str]:
    for point in sorted(points, key=lambda point: point.alpha):
        if point.mixed == mixed:
            yield f"{_x(point.alpha)},{y(getattr(point, name))}"


def _x(alpha: float) -> float:
    return round(MARGIN + alpha * (WIDTH - MARGIN - 16), 1)
