"""All numbers of one SR picture, or why there is none."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from degrade import Trace
from degrade.errors import DegradeError
from degrade.operators.row import Operator
from realsr.metrics import NotComputed, score
from realsr.metrics.planes import Picture
from realsr.metrics.registration import shifted_psnr
from realsr.metrics.weights import FoundWeights
from realsr.robustness.results.columns import Column
from realsr.robustness.running.operators import assumed_operator, true_operator


@dataclass(frozen=True)
class Truth:
    """What an SR picture is judged by. hr, trace: None where nobody knows them."""

    lr: Picture
    hr: Picture | None
    trace: Trace | None
    scale: int
    registered: bool
    """Whether SR and HR are two photographs, so that the registration-tolerant score has a meaning."""
    operators: tuple[Operator[Any], ...] = ()
    """A person's own, which the trace may name."""


@dataclass
class Scored:
    """numbers: by column. missing: why a column has none."""

    numbers: dict[str, float] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)


def scored(sr: Picture, truth: Truth, columns: Sequence[Column], weights: FoundWeights) -> Scored:
    """The columns of `sr`."""
    result = Scored()
    for column in columns:
        value = _value(sr, truth, column, weights)
        if isinstance(value, str):
            result.missing[column.name] = value
        elif math.isfinite(value):
            result.numbers[column.name] = value
        else:
            result.missing[column.name] = (
                f"not defined: the value is {value}, the pictures are equal"
            )
    return result


def _value(sr: Picture, truth: Truth, column: Column, weights: FoundWeights) -> float | str:
    """The number, or the reason why there is none."""
    reason = _lacking(truth, column)
    if reason is not None:
        return f"not defined: {reason}"
    try:
        return _computed(sr, truth, column, weights)
    except DegradeError as error:
        return f"not defined: {error}"


def _lacking(truth: Truth, column: Column) -> str | None:
    needs = column.row.needs
    if "hr" in needs and truth.hr is None:
        return "it needs the HR, and this set has none"
    if column.reach is not None and not truth.registered:
        return "it is for real pairs; here HR and LR are aligned by construction"
    if "true_operator" in needs and truth.trace is None:
        return "the operator that made this LR is not known"
    return None


def _computed(sr: Picture, truth: Truth, column: Column, weights: FoundWeights) -> float | str:
    if column.reach is not None and truth.hr is not None:
        return shifted_psnr(sr, truth.hr, column.reach, column.convention)[0]
    result = score(
        column.row,
        sr,
        truth.hr,
        lr=truth.lr,
        scale=truth.scale,
        convention=column.convention,
        true_operator=None if truth.trace is None else true_operator(truth.trace, truth.operators),
        assumed_operator=assumed_operator(truth.scale),
        compute=weights.computes.get(column.metric),
    )
    return result.reason if isinstance(result, NotComputed) else result.value
