"""One item's record: what `--json` prints of a picture or a pair. Nothing raises but a bug of ours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from realsr.estimation.estimator import Inquiry
from realsr.estimation.findings import Findings, refusal
from realsr.estimation.seen import Seen, SeenPair
from realsr.estimation.table import PAIR_ROWS, PICTURE_ROWS, of_pair, of_picture, quantities
from realsr.images.errors import SourceError
from realsr.measuring.items import Item
from realsr.measuring.kept import Form
from realsr.measuring.reading import read_seen

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Looked:
    """An item's record. fault: why it could not be looked at at all; None if it was."""

    record: Record
    fault: str | None = None


def looked(item: Item, asked: Inquiry) -> Looked:
    """What cannot be read or does not pair has every NAME refused, with the reason."""
    if item.fault is not None:
        return _refused(item, None, item.fault)
    low: Seen | None = None
    try:
        low = read_seen(item.path)
        high = read_seen(item.hr) if item.hr is not None else None
        return _measured(item, low, high, asked)
    except SourceError as error:
        where = "its HR: " if low is not None else ""
        return _refused(item, low, f"{where}{error.reason}")
    except Exception as error:  # an estimator's own bug costs its picture, not the run
        return _refused(item, low, f"measuring it failed ({type(error).__name__}: {error})")


_FIELDS = {"source", "width", "height", "estimates", "refused"}
KEPT: Form[Looked] = Form(
    packed=lambda one: one.record if one.fault is None else None,
    unpacked=lambda record: Looked(record),
    fits=lambda value: isinstance(value, dict) and value.keys() == _FIELDS,
)
"""What could not be looked at is tried again."""


def measured(item: Item, asked: Inquiry) -> Record:
    """The item's record alone."""
    return looked(item, asked).record


def _measured(item: Item, low: Seen, high: Seen | None, asked: Inquiry) -> Looked:
    if high is None:
        return Looked(_record(item, low, of_picture(low, asked)))
    scale = whole_scale(low, high)
    if isinstance(scale, str):
        return _refused(item, low, scale)
    return Looked(_record(item, low, of_pair(SeenPair(low, high, scale), asked)))


def _refused(item: Item, seen: Seen | None, why: str) -> Looked:
    names = quantities(PICTURE_ROWS if item.hr is None and item.fault is None else PAIR_ROWS)
    return Looked(_record(item, seen, refusal(why, *names)), why)


def _record(item: Item, seen: Seen | None, found: Findings) -> Record:
    height, width = (seen.height, seen.width) if seen else (None, None)
    return {"source": str(item.path), "width": width, "height": height, **found.told()}


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
