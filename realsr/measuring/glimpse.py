"""One picture of a run under way, looked at by the eyes of `check-hr`: its middle alone, quickly."""

from __future__ import annotations

from pathlib import Path

from realsr.estimation.hr.verdict import middle_of, verdict
from realsr.images.errors import SourceError
from realsr.measuring.reading import read_seen
from realsr.measuring.wording import number

SIDE = 256
"""Pixels of a side that are looked at."""


def glimpse(path: Path) -> dict[str, str]:
    """Its faults by name, each as a sentence; none of what cannot be read, which the run itself tells."""
    try:
        seen = middle_of(read_seen(path), SIDE)
    except SourceError:
        return {}
    found = verdict(seen)
    return {
        row.name: f"{row.sentence} ({number(found.readings[row.name].value)} {row.unit}".rstrip()
        + ")"
        for row in found.faults()
    }
