"""Sweeps as they are written down: `sweeps.json`, one line a model and swept parameter."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

from pydantic import Field, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from degrade.foreign import read_foreign
from degrade.reader.sentences import placed
from realsr.files.json_lines import MOST_BYTES
from realsr.files.whole import write_whole
from realsr.robustness.errors import StudyError
from realsr.robustness.results.record import Written
from realsr.statistics.breakdown import Breakdown

NAME = "sweeps.json"


class SweepLine(Written):
    """A model along a parameter, by metric. values: severities, ascending. trained_at: the value of the
    training, where it is known. scores: means at each of them, with `intervals` (None where there is none), and
    which kind they are or why there are none in `interval`. left_out: images that lack a number at some
    severity, each with its reason. breakdown: empty for the baseline.
    """

    model: str
    pipeline: str
    parameter: str
    values: tuple[float, ...]
    trained_at: float | None = None
    scores: dict[str, tuple[float, ...]]
    intervals: dict[str, tuple[tuple[float, float] | None, ...]]
    interval: dict[str, str]
    left_out: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    breakdown: dict[str, Breakdown]

    @property
    def identity(self) -> tuple[str, str, str]:
        """What a later sweep of the same replaces."""
        return self.model, self.pipeline, self.parameter


_LINES = TypeAdapter(tuple[SweepLine, ...])


def read_sweeps(root: Path) -> tuple[SweepLine, ...]:
    """The lines of all sweeps in a run's folder; none without the file. Raises StudyError."""
    path = root / NAME
    if not os.path.lexists(path):
        return ()
    try:
        return _LINES.validate_json(read_foreign(path, most=MOST_BYTES))
    except ValidationError as error:
        fault = _said(error.errors(include_url=False)[0])
        raise StudyError(
            f"{path}: {fault}; an earlier version made it: remove it and make the sweep again"
        ) from error


def add_sweeps(root: Path, lines: Sequence[SweepLine]) -> None:
    """Writes lines beside those of other sweeps, in place of the same ones. Raises StorageError, StudyError."""
    new = {line.identity for line in lines}
    kept = [line for line in read_sweeps(root) if line.identity not in new]
    data = [line.to_data() for line in (*kept, *lines)]
    write_whole(root / NAME, json.dumps(data, allow_nan=False, indent=1).encode())


def _said(fault: ErrorDetails) -> str:
    number, *place = map(str, fault["loc"] or ("0",))
    if fault["type"] == "missing" and place:
        inside = f"the {place[-1]} of its {place[0]}" if len(place) > 1 else place[0]
        return f"line {number} lacks {inside}"
    return placed(fault)
