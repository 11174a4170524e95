"""One item's record: what `--json` prints of a picture or a pair. Nothing raises but a bug of ours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from realsr.estimation.estimator import Inquiry
from realsr.estimation.findings import Findings, refusal
from realsr.estimation.seen import Seen, SeenPair
from realsr.estimation.table import PAIR_ROWS, PICTURE_ROWS, of_pair, of_picture, quantities
from realsr.images.errors import SourceError
from realsr.measuring.items import Item
from realsr.measuring.reading import read_seen

Record = dict[str, Any]


def measured(item: Item, asked: Inquiry) -> Record:
    """The item's record. What cannot be read or does not pair has every NAME refused, with the reason."""
    names = quantities(PICTURE_ROWS if item.hr is None and item.fault is None else PAIR_ROWS)
    if item.fault is not None:
        return _record(item, None, refusal(item.fault, *names))
    low: Seen | None = None
    try:
        low = read_seen(item.path)
        if item.hr is None:
            return _record(item, low, of_picture(low, asked))
        found = _of_pair(low, read_seen(item.hr), asked, names)
        return _record(item, low, found)
    except SourceError as error:
        where = "its HR: " if low is not None else ""
        return _record(item, low, refusal(f"{where}{error.reason}", *names))


def unread(record: Mapping[str, Any]) -> str | None:
    """Why an item could not be looked at at all; None if it was."""
    reasons = set(record["refused"].values())
    alone = not record["estimates"] and len(reasons) == 1
    return str(reasons.pop()) if alone else None


def _record(item: Item, seen: Seen | None, found: Findings) -> Record:
    height, width = (seen.height, seen.width) if seen else (None, None)
    return {"source": str(item.path), "width": width, "height": height, **found.told()}


def _of_pair(low: Seen, high: Seen, asked: Inquiry, names: Iterable[str]) -> Findings:
    scale = whole_scale(low, high)
    if isinstance(scale, str):
        return refusal(scale, *names)
    return of_pair(SeenPair(low, high, scale), asked)


def whole_scale(low: Seen, high: Seen) -> int | str:
    """The scale of a pair's sizes; a sentence where they are those of no pair at a whole scale."""
    ratios = {high.height // max(1, low.height), high.width // max(1, low.width)}
    scale = min(ratios)
    if len(ratios) == 1 and scale >= 1 and _nearly(low, high, scale):
        return scale
    return (
        f"LR is {low.height} x {low.width} and HR {high.height} x {high.width} (height x width): not of one "
        "scene at a whole scale; HR's sides are those of LR times 1, 2, 3, ..., or less than one LR pixel more"
    )


def _nearly(low: Seen, high: Seen, scale: int) -> bool:
    sides = ((low.height, high.height), (low.width, high.width))
    return all(0 <= large - scale * small < scale for small, large in sides)
