"""A trace in physical units and in plain words."""

from __future__ import annotations

from degrade.operators.table import operator_of, record_of
from degrade.trace import Trace


def physical(trace: Trace) -> list[dict[str, float]]:
    """The physical strength of each LR step: effective blur sigma, noise sigma at mid-grey and the like."""
    return [operator_of(step).strength(record_of(step)) for step in trace.lr]


def words(trace: Trace) -> list[str]:
    """One short phrase for each step, the HR's own steps first."""
    hr = [f"HR: {operator_of(step).words(record_of(step))}" for step in trace.hr]
    return hr + [operator_of(step).words(record_of(step)) for step in trace.lr]
