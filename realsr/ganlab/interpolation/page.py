"""The curve as one page: a chart a measure, drawn as SVG, and the numbers in a table."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from realsr.ganlab.interpolation.curve import Mixed, Point
from realsr.pages import Axes, rendered
from realsr.pages.charts import path

AXES = Axes(340.0, 210.0, left=44.0, right=16.0, top=12.0, bottom=34.0)
INKS: Mapping[Mixed, str] = {"weights": "c0", "images": "c7"}
TITLES = {
    "psnr": "PSNR, dB",
    "lr_consistency": "LR-consistency, dB",
    "high_band_energy": "high-band energy, SR / HR",
}


@dataclass(frozen=True)
class MeasureChart:
    """What the page draws of one measure, in pixels of its picture."""

    title: str
    ticks: Sequence[tuple[float, str]]
    alphas: Sequence[tuple[float, str]]
    lines: Sequence[tuple[str, str]]


def page(points: Sequence[Point], facts: Mapping[str, Any]) -> str:
    """One HTML document that asks for nothing outside itself."""
    return rendered(
        "realsr.ganlab.interpolation",
        "interpolation.html",
        charts=[_chart(points, name) for name in TITLES],
        head=["mixed", "alpha", *TITLES.values()],
        rows=[_row(point) for point in points],
        facts=facts,
        titles=TITLES,
        inks=INKS,
        axes=AXES,
    )


def _row(point: Point) -> list[str]:
    return [
        point.mixed,
        str(point.alpha),
        *(f"{getattr(point, name):.3f}" for name in TITLES),
    ]


def _chart(points: Sequence[Point], name: str) -> MeasureChart:
    # A perfect answer's PSNR is infinite and has no place on an axis.
    shown = [point for point in points if math.isfinite(getattr(point, name))]
    values = [getattr(point, name) for point in shown] or [0.0]
    low, high = float(min(values)), float(max(values))
    room = (high - low) or 1.0
    alphas = sorted({point.alpha for point in points})
    x, y = AXES.across([0.0, 1.0]), AXES.up([low, low + room])
    ordered = sorted(shown, key=lambda point: point.alpha)
    places = {
        mixed: [(one.alpha, float(getattr(one, name))) for one in ordered if one.mixed == mixed]
        for mixed in INKS
    }
    return MeasureChart(
        TITLES[name],
        [(y(value), f"{value:.2f}") for value in (low, low + room / 2, low + room)],
        [(x(alpha), f"{alpha:g}") for alpha in alphas],
        [(mixed, path(found, x, y)) for mixed, found in places.items()],
    )
