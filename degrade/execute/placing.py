"""Sizes of a whole batch at once, from columns: what `plan` finds sample by sample."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise, starmap
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
    if not steps:
        return [] if size == target else None
    samples, places = (
        np.concatenate(parts)
        for parts in ([one.samples for one in steps], [one.places for one in steps])
    )
    bounds = [0, *accumulate(len(one.samples) for one in steps)]
    moves = np.repeat(np.array(moving), np.diff(bounds))
    before = _moves_before(samples[moves], places[moves], int(places.max(initial=-1)) + 1, count)
    number = before[samples, places]
    cuts = list(starmap(slice, pairwise(bounds)))
    movers = [
        (one, row, number[cut])
        for one, row, cut, moved in zip(steps, rows, cuts, moving, strict=True)
        if moved
    ]
    sizes = [np.tile(np.array(size, np.int64), (count, 1))]
    for passed in range(int(before[:, -1].max(initial=0))):
        sizes.append(sizes[passed].copy())
        for one, row, own in movers:
            _move(sizes[passed], sizes[passed + 1], one, row, (own == passed).nonzero()[0], target)
    every = np.concatenate(sizes)
    if (sizes[-1] != target).any() or every.prod(axis=1).max(initial=0) > MAX_PIXELS:
        return None
    place = number * count + samples
    there = every.take(place, axis=0)
    after = every.take(place + count * moves, axis=0)
    return [
        _steps(one, row, there[cut], after[cut], target)
        for one, row, cut in zip(steps, rows, cuts, strict=True)
    ]


def _moves_before(samples: Integers, places: Integers, most: int, count: int) -> Integers:
    """How many steps that may change the size come before each place, int64 (count, most + 1).

    samples, places: int64 (n,), where those steps are.
    """
    marks = np.zeros((count, most + 1), np.int64)
    marks[samples, places + 1] = 1
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
