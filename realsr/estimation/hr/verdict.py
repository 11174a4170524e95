"""One picture against every row of the table of faults."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from realsr.estimation.estimator import Inquiry
from realsr.estimation.hr.criterion import Criterion, FaultReading
from realsr.estimation.hr.likeness import Thumbnail, thumbnail
from realsr.estimation.hr.table import CRITERIA
from realsr.estimation.seen import Samples, Seen
from realsr.estimation.table import of_picture


@dataclass(frozen=True, slots=True, eq=False)
class HrVerdict:
    """readings: by fault, refused: by fault why there is none. small: by which its duplicates are known."""

    readings: dict[str, FaultReading]
    refused: dict[str, str]
    small: Thumbnail | None

    def faults(self) -> list[Criterion]:
        """What is wrong with it, duplicates apart."""
        known = self.readings
        return [row for row in CRITERIA if row.name in known and row.holds(known[row.name])]


def verdict(seen: Seen) -> HrVerdict:
    """Of a picture as it is."""
    found = of_picture(seen, Inquiry())
    answers = {row.name: row.reading(seen, found) for row in CRITERIA}
    told = {name: one for name, one in answers.items() if isinstance(one, FaultReading)}
    refused = {name: one for name, one in answers.items() if isinstance(one, str)}
    return HrVerdict(told, refused, thumbnail(seen.luma()))


def check(row: Criterion, reading: FaultReading) -> dict[str, Any]:
    """A row's answer as `--json` prints it; its sentence where it is a fault."""
    ends = {"value": reading.value, "low": reading.low, "high": reading.high}
    words = {"threshold": row.threshold, "fault": f"{row.side} it", "unit": row.unit}
    found = row.holds(reading)
    return {"found": found, **ends, **words, "sentence": row.sentence if found else None}


def middle_of(seen: Seen, side: int) -> Seen:
    """At most `side` pixels of each side, from a multiple of 8 on: a codec's grid stays where it is."""
    rows, columns = (max(0, length - side) // 16 * 8 for length in (seen.height, seen.width))
    part = seen.pixels[rows : rows + side, columns : columns + side]
    return Seen(cast("Samples", np.ascontiguousarray(part)), seen.tables)
