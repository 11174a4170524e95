"""What `estimate` told of a set as one page that opens from disk, and its records beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from realsr.estimation.estimator import Quantity
from realsr.files.whole import write_whole
from realsr.images.errors import SourceError
from realsr.images.png import encode_png
from realsr.measuring.folder import MeasuredFolder
from realsr.measuring.items import Item
from realsr.measuring.reading import read_seen
from realsr.measuring.records import Looked, Record
from realsr.measuring.wording import interval_words, value_words
from realsr.pages import data_uri, rendered
from realsr.plain import plain

PAGE, LINES = "index.html", "estimates.jsonl"
MOST_SHOWN = 200
"""Pictures of a page: each stands in it with a small picture of itself."""
THUMBNAIL = 160
Row = list[str]


@dataclass(frozen=True, slots=True)
class ShownPicture:
    """One picture or pair of the page. uri: a small picture of it; None where it cannot be read."""

    source: str
    size: str
    uri: str | None
    rows: list[Row]
    refused: list[tuple[str, str]]


class EstimatesReport:
    """A folder that is filled record by record; of all but the first MOST_SHOWN nothing is held."""

    def __init__(
        self, folder: MeasuredFolder[Looked], quantities: Mapping[str, Quantity], *, of_pairs: bool
    ) -> None:
        self._folder, self._quantities = folder, quantities
        self._noun = "pair" if of_pairs else "picture"
        self._shown: list[ShownPicture] = []

    def add(self, item: Item, record: Record) -> None:
        self._folder.write(record)
        if len(self._shown) < MOST_SHOWN:
            self._shown.append(_shown(item, record))

    def close(self, whole: Mapping[str, Any]) -> Path:
        """Writes the page; its path. whole: the set's record."""
        self._folder.write(whole)
        write_whole(self._folder.path / PAGE, self._page(whole["set"]).encode())
        return self._folder.path / PAGE

    def _page(self, told: Mapping[str, Any]) -> str:
        count, noun = told["pictures"], self._noun
        return rendered(
            "realsr.measuring",
            "estimates.html",
            title=f"{count} {noun}{'s' * (count != 1)}",
            noun=noun,
            rows=[self._row(name, one) for name, one in told["estimates"].items()],
            refused=list(told["refused"].items()),
            kernel=_kernel(told["estimates"].get("kernel")),
            shown=self._shown,
            count=count,
        )

    def _row(self, name: str, told: Mapping[str, Any]) -> Row:
        return [*_row(name, told), str(told["of"]), self._quantities[name].measures]


def _row(name: str, told: Mapping[str, Any]) -> Row:
    return [name, value_words(told).replace("--json", LINES), interval_words(told)]


def _shown(item: Item, record: Record) -> ShownPicture:
    size = "it could not be looked at"
    if record["width"] is not None:
        size = f"{record['height']} x {record['width']}, height x width"
    rows = [_row(name, told) for name, told in record["estimates"].items()]
    refused = list(record["refused"].items())
    return ShownPicture(plain(record["source"]), size, _thumbnail(item.path), rows, refused)


def _thumbnail(path: Path) -> str | None:
    try:
        seen = read_seen(path)
    except SourceError:
        return None
    share = min(1.0, THUMBNAIL / max(seen.height, seen.width))
    size = [max(1, round(length * share)) for length in (seen.width, seen.height)]
    small = cv2.resize(seen.levels(), size, interpolation=cv2.INTER_AREA)
    pixels = np.rint(small).clip(0, 255).astype(np.uint8).reshape(size[1], size[0], -1)
    return data_uri(encode_png(pixels))


def _kernel(told: Mapping[str, Any] | None) -> str | None:
    if told is None:
        return None
    rows = np.array(told["value"], float)
    pixels = np.rint(255 * np.clip(rows / rows.max(), 0, 1)).astype(np.uint8)
    return data_uri(encode_png(pixels[..., None]))
