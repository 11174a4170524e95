"""The demonstration as one page: pictures inside it, numbers in a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from realsr.ganlab.two_modes.exact import (
    DRAWS,
    STARTS,
    Exact,
    expected_absolute,
    expected_squared,
)
from realsr.ganlab.two_modes.measures import Measures
from realsr.ganlab.two_modes.training import WAYS, WayName
from realsr.images.pixels import to_bytes
from realsr.images.png import encode_png
from realsr.pages import data_uri, rendered
from realsr.pages.plots import Curve, Dots, Plot, plotted

COLUMNS = {
    "to_mean": "to mean",
    "to_first": "to HR 1",
    "to_second": "to HR 2",
    "at_mean": "at mean",
    "at_first": "at HR 1",
    "at_second": "at HR 2",
    "squared_error": "squared error",
    "absolute_error": "absolute error",
    "between": "between",
    "lr_consistency": "LR-consistency",
}


@dataclass(frozen=True)
class Shown:
    """A picture of the page. uri: a PNG as a data URI."""

    title: str
    uri: str


def shown(title: str, image: Tensor) -> Shown:
    """Of an image `3 h w` in [0, 1]."""
    return Shown(title, data_uri(encode_png(to_bytes(image))))


def page(
    rows: Sequence[Sequence[Shown]],
    measures: Mapping[WayName, Measures],
    smallest: Exact,
    facts: Mapping[str, int],
) -> str:
    """One HTML document that asks for nothing outside itself. facts: seed, steps, scenes and draws."""
    return rendered(
        "realsr.ganlab.two_modes",
        "two_modes.html",
        rows=rows,
        **way_values(measures),
        **exact_values(smallest),
        **facts,
    )


def way_values(measures: Mapping[WayName, Measures]) -> dict[str, Any]:
    """The table of where the answers lie."""
    rows = [
        [way.title, *(_words(measures[name], column) for column in COLUMNS)]
        for name, way in WAYS.items()
    ]
    return {"head": ["", *COLUMNS.values()], "table_rows": rows}


def exact_values(smallest: Exact) -> dict[str, Any]:
    """What `exact.html` shows of the smallest case."""
    ends = [
        [f"{start:g}", *(f"{smallest.ends[name][place]:z.3f}" for name in ("mse", "l1"))]
        for place, start in enumerate(STARTS)
    ]
    told = [
        [
            one.answer,
            *(f"{value:.3f}" for value in (one.squared, one.expected_squared)),
            *(f"{value:.3f}" for value in (one.absolute, one.expected_absolute)),
        ]
        for one in smallest.told
    ]
    return {
        "exact_rows": told,
        "exact_ends": ends,
        "exact_plot": _risks(smallest),
        "exact_price": smallest.price,
        "exact_draws": DRAWS,
    }


def _risks(smallest: Exact) -> Plot:
    answers = [step / 50 - 1.4 for step in range(141)]
    mean, sample = smallest.told[0], smallest.told[-1]
    sampler = f"{sample.answer}: {sample.squared:.3f}"
    return plotted(
        "Expected error over the answer",
        "answer",
        "error",
        [
            Curve("squared", "c0", [(at, expected_squared(at)) for at in answers]),
            Curve("absolute", "c1", [(at, expected_absolute(at)) for at in answers]),
        ],
        [
            Dots("the mean, squared", "c0", [(0.0, mean.squared, f"the mean: {mean.squared:.3f}")]),
            Dots("a sample, squared", "c2", [(at, sample.squared, sampler) for at in (-1.0, 1.0)]),
        ],
    )


def _words(measures: Measures, column: str) -> str:
    value: float = getattr(measures, column)
    if column.startswith("at_") or column == "between":
        return f"{value:.0%}"
    return f"{value:.1f} dB" if column == "lr_consistency" else f"{value:.3f}"
