"""A trace in physical units and in plain words."""

from __future__ import annotations

from collections.abc import Sequence

from degrade.operators.table import operator_of, record_of
from degrade.trace import Step, Trace


def physical(trace: Trace) -> list[dict[str, float]]:
    """The physical strength of each LR step: effective blur sigma, noise sigma at mid-grey and the like."""
    return [operator_of(step).strength(record_of(step)) for step in trace.lr]


def words(trace: Trace) -> list[str]:
    """One short phrase for each step that matters to the eye, the HR's own steps first."""
    return [f"HR: {phrase}" for phrase in _phrases(trace.hr)] + _phrases(trace.lr)


def _phrases(steps: Sequence[Step]) -> list[str]:
    rows = [(operator_of(step), record_of(step)) for step in steps]
    return [row.words(record) for row, record in rows if not row.housekeeping]
