"""Files that are to be HR: each one's faults, and which of them are one picture."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from realsr.estimation.hr.likeness import FAINTEST, SIDE, Thumbnail
from realsr.estimation.hr.table import ALIKE, CRITERIA, DUPLICATE, SAME
from realsr.estimation.hr.verdict import check, verdict
from realsr.images.errors import SourceError
from realsr.measuring.items import Item
from realsr.measuring.kept import Form
from realsr.measuring.reading import read_seen
from realsr.measuring.records import Record

NAMES = (*(row.name for row in CRITERIA), DUPLICATE)
UNKNOWN = (
    f"a picture of {SIDE} px a side and more, in which something is light and something dark, is needed to be "
    f"known again (standard deviation {FAINTEST:.0f} levels at {SIDE} x {SIDE})"
)


@dataclass(frozen=True, slots=True, eq=False)
class CheckedPicture:
    """A picture's record without its duplicates, and the thumbnail that tells those. fault: why it has none."""

    record: Record
    small: Thumbnail | None = None
    fault: str | None = None


def checked(item: Item) -> CheckedPicture:
    """What cannot be read has every fault refused, with the reason."""
    try:
        seen = read_seen(item.path)
        found = verdict(seen)
    except SourceError as error:
        return _unread(item, error.reason)
    except Exception as error:  # a bug of ours costs its picture, not the run
        return _unread(item, f"checking it failed ({type(error).__name__}: {error})")
    rows = {row.name: row for row in CRITERIA}
    checks = {name: check(rows[name], one) for name, one in found.readings.items()}
    size = {"width": seen.width, "height": seen.height}
    record = {"source": str(item.path), **size, "checks": checks, "refused": dict(found.refused)}
    return CheckedPicture(record, found.small)


def _packed(one: CheckedPicture) -> Any:
    if one.fault is not None:
        return None
    return {"record": one.record, "small": None if one.small is None else one.small.tolist()}


def _unpacked(told: Any) -> CheckedPicture:
    small = told["small"]
    return CheckedPicture(told["record"], None if small is None else np.array(small, np.float32))


def _fits(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() == {"record", "small"}


KEPT: Form[CheckedPicture] = Form(_packed, _unpacked, _fits)
"""What could not be read is tried again."""


def _unread(item: Item, why: str) -> CheckedPicture:
    size = {"width": None, "height": None}
    refused = dict.fromkeys(NAMES, why)
    return CheckedPicture(
        {"source": str(item.path), **size, "checks": {}, "refused": refused}, None, why
    )


class Known:
    """The thumbnails of pictures so far, a kilobyte each, in the order in which they came."""

    def __init__(self) -> None:
        self._rows = np.empty((64, SIDE * SIDE), np.float32)
        self._paths: list[Path] = []

    def nearest(self, small: Thumbnail) -> tuple[float, Path] | None:
        """The largest correlation with one of them, and which; None where there is none."""
        if not self._paths:
            return None
        alike = self._rows[: len(self._paths)] @ small
        best = int(alike.argmax())
        return float(alike[best]), self._paths[best]

    def add(self, small: Thumbnail, path: Path) -> None:
        if len(self._paths) == len(self._rows):
            self._rows = np.concatenate([self._rows, np.empty_like(self._rows)])
        self._rows[len(self._paths)] = small
        self._paths.append(path)


class SetCheck:
    """Takes checked pictures one by one, tells duplicates of those before, and counts."""

    def __init__(self) -> None:
        self._known = Known()
        self._counts: Counter[str] = Counter()
        self._pictures = self._sound = self._unread = 0

    def add(self, one: CheckedPicture) -> Record:
        """The picture's whole record."""
        record = one.record
        self._pictures += 1
        if one.fault is not None:
            self._unread += 1
            return record
        record = self._with_duplicate(record, one.small)
        found = faults(record)
        self._counts.update(found)
        self._sound += not found
        return record

    def _with_duplicate(self, record: Record, small: Thumbnail | None) -> Record:
        if small is None:
            return {**record, "refused": {**record["refused"], DUPLICATE: UNKNOWN}}
        near = self._known.nearest(small)
        same = near is not None and near[0] > ALIKE
        if not same:
            self._known.add(small, Path(record["source"]))
        ends = {"value": near and near[0], "low": None, "high": None}
        words = {
            "threshold": ALIKE,
            "fault": "above it",
            "unit": "correlation",
            "sentence": SAME if same else None,
        }
        told = {"found": same, **ends, **words, "nearest": near and str(near[1])}
        return {**record, "checks": {**record["checks"], DUPLICATE: told}}

    @property
    def faulty(self) -> int:
        """Pictures with any fault."""
        return self._pictures - self._sound - self._unread

    def told(self) -> Record:
        """The last line of `--json`."""
        numbers = {"pictures": self._pictures, "sound": self._sound, "unread": self._unread}
        return {"set": {**numbers, "found": {name: self._counts[name] for name in NAMES}}}


def faults(record: Record) -> list[str]:
    """The names of what was found in one picture."""
    return [name for name, told in record["checks"].items() if told["found"]]
