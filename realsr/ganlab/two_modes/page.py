"""The demonstration as one page: pictures inside it, numbers in a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from torch import Tensor

from realsr.ganlab.two_modes.measures import Measures
from realsr.ganlab.two_modes.training import WAYS, WayName
from realsr.images.pixels import to_bytes
from realsr.images.png import encode_png
from realsr.pages import data_uri, rendered

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
    facts: Mapping[str, int],
) -> str:
    """One HTML document that asks for nothing outside itself. facts: seed, steps, scenes and draws."""
    table_rows = [
        [way.title, *(_words(measures[name], column) for column in COLUMNS)]
        for name, way in WAYS.items()
    ]
    return rendered(
        "realsr.ganlab.two_modes",
        "two_modes.html",
        rows=rows,
        head=["", *COLUMNS.values()],
        table_rows=table_rows,
        **facts,
    )


def _words(measures: Measures, column: str) -> str:
    value: float = getattr(measures, column)
    if column.startswith("at_") or column == "between":
        return f"{value:.0%}"
    return f"{value:.1f} dB" if column == "lr_consistency" else f"{value:.3f}"
