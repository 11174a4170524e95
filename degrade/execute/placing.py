"""Sizes of a whole batch at once, from columns: what `plan` finds sample by sample."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from degrade.columns import Integers, StepColumns, TraceColumns
from degrade.execute.plan import MAX_PIXELS, target_size
from degrade.execute.steps import ColumnSteps, Steps
from degrade.geometry import Size
from degrade.operators.row import Operator, same_place
from degrade.operators.table import Operators


def placed_hr(columns: TraceColumns, size: Size, operators: Operators) -> list[Steps] | None:
    """The HR steps of HR images of one size; see `placed`."""
    return placed(columns.hr, columns.samples, size, size, operators)


def placed_lr(columns: TraceColumns, size: Size, operators: Operators) -> list[Steps] | None:
    """The LR steps. Raises GeometryError where the size does not divide by the scale."""
    return placed(columns.lr, columns.samples, size, target_size(columns.scale, size), operators)


def placed(
    steps: Sequence[StepColumns], count: int, size: Size, target: Size, operators: Operators
) -> list[Steps] | None:
    """The steps of `count` samples with the sizes before and after each.

    None where a step would make too large an image, may run code of files, or where the last does not end at
    the target: planning the traces says what is wrong.
    """
    rows = [operators[one.op] for one in steps]
    if any(row.facts.code is not None for row in rows):
        return None
    moving = [row.facts.place is not same_place for row in rows]
    before = _moves_before(steps, moving, count)
    numbers = [before[one.samples, one.places] for one in steps]
    movers = [
        each
        for each, moves in zip(zip(steps, rows, numbers, strict=True), moving, strict=True)
        if moves
    ]
    sizes = [np.tile(np.array(size, np.int64), (count, 1))]
    for number in range(int(before[:, -1].max(initial=0))):
        sizes.append(sizes[number].copy())
        for one, row, own in movers:
            _move(sizes[number], sizes[number + 1], one, row, (own == number).nonzero()[0], target)
    every = np.concatenate(sizes)
    if (sizes[-1] != target).any() or every.prod(axis=1).max(initial=0) > MAX_PIXELS:
        return None
    made = []
    for one, row, own, moves in zip(steps, rows, numbers, moving, strict=True):
        place = own * count + one.samples
        there = every.take(place, axis=0)
        after = every.take(place + count, axis=0) if moves else there
        made.append(_steps(one, row, there, after, target))
    return made


def _moves_before(steps: Sequence[StepColumns], moving: Sequence[bool], count: int) -> Integers:
    """How many steps that may change the size come before each place, int64 (count, places + 1)."""
    places = max((int(one.places.max(initial=-1)) for one in steps), default=-1) + 1
    marks = np.zeros((count, places + 1), np.int64)
    for one, moves in zip(steps, moving, strict=True):
        if moves:
            marks[one.samples, one.places + 1] = 1
    return marks.cumsum(axis=1)


def _move(
    before: Integers,
    after: Integers,
    columns: StepColumns,
    operator: Operator[Any],
    rows: Integers,
    target: Size,
) -> None:
    """Writes the sizes after some steps of an operator into those of their samples."""
    samples = columns.samples[rows]
    own = np.zeros((len(columns.samples), 2), np.int64)
    own[rows] = before[samples]
    steps = ColumnSteps(operator, columns, own, own, target)
    if operator.facts.sizes is not None and len(rows):
        after[samples] = operator.facts.sizes(steps.group(rows), own[rows], target)
        return
    for row, sample in zip(rows.tolist(), samples.tolist(), strict=True):
        after[sample] = steps.placement(row).size


def _steps(
    columns: StepColumns,
    operator: Operator[Any],
    before: Integers,
    after: Integers,
    target: Size,
) -> Steps:
    source = ColumnSteps(operator, columns, before, after, target)
    return Steps(operator, columns.samples, columns.places, before, after, source)
