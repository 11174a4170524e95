"""A trace in physical units and in plain words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from degrade.operators.base import Parameters
from degrade.operators.row import Operator
from degrade.operators.table import OPERATORS, Operators, operator_of, record_of
from degrade.trace import Step, Trace


def physical(trace: Trace, rows: Iterable[Operator[Any]] = ()) -> list[dict[str, float]]:
    """The physical strength of each LR step: effective blur sigma, noise sigma at mid-grey and the like.

    rows: a caller's own operators, where the trace names them.
    """
    return [
        row.facts.strength(record) for row, record in _known(trace.lr, OPERATORS.with_rows(rows))
    ]


def words(trace: Trace, rows: Iterable[Operator[Any]] = ()) -> list[str]:
    """One short phrase for each step that matters to the eye, the HR's own steps first. rows: as above."""
    operators = OPERATORS.with_rows(rows)
    first = [f"HR: {phrase}" for phrase in _phrases(trace.hr, operators)]
    return first + _phrases(trace.lr, operators)


def _phrases(steps: Sequence[Step], operators: Operators) -> list[str]:
    known = _known(steps, operators)
    return [row.words.phrase(record) for row, record in known if not row.facts.housekeeping]


def _known(steps: Sequence[Step], operators: Operators) -> list[tuple[Operator[Any], Parameters]]:
    return [(operator_of(step, operators), record_of(step, operators)) for step in steps]
