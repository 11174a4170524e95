"""The steps of a batch that get launches, and what the steps after them do to their values.

Steps that limit or round values one by one are given to the step before them where that is exactly one after
the other. All samples at once: rows are the batch's steps, sample by sample, in the order of each sample.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from degrade.execute.singles import check_channels
from degrade.execute.steps import Steps
from degrade.functional.gpu.call import Integers
from degrade.operators.packed import Finish, Form

UNCHANGED: Finish = (-math.inf, math.inf, 0.0)

POINTWISE = "pointwise"
"""The key of steps that only limit and round, where no step stands before them."""


@lru_cache(maxsize=1024)
def joined(before: Finish, after: Finish) -> Finish | None:
    """Both in one where that is exactly one after the other, else None."""
    low, high, steps = before
    if not steps:
        least, most = (min(max(value, after[0]), after[1]) for value in (low, high))
        return (least, most, after[2])
    # Rounded values of [0, 1] stay in it, and stay where they are when they are rounded alike.
    within = (low, high) == (0.0, 1.0) and after[0] <= 0.0 and after[1] >= 1.0
    return before if within and after[2] in (0, steps) else None


@dataclass(frozen=True, eq=False)
class Heads:
    """Steps that get launches, sample by sample.

    keys: what runs together, by name: those of a form, or of an operator; forms: its form, if it has one.
    key: int64 (n,), whose key each is. steps, rows: of which operator's steps it is which. sample: its sample.
    number: how many launches the sample has had. before, after: int64 (n, 2), its sides. finish: float32
    (n, 3). starts: int64 (samples + 1,), where the heads of each sample begin.
    """

    keys: Sequence[str]
    forms: Sequence[Form | None]
    key: Integers
    steps: Integers
    rows: Integers
    sample: Integers
    number: Integers
    before: Integers
    after: Integers
    finish: npt.NDArray[np.float32]
    starts: Integers


class _StepRows(NamedTuple):
    """All steps of a batch in order: whose, which of its own, of which sample, the key, -1 for none."""

    steps: Integers
    rows: Integers
    samples: Integers
    key: Integers
    before: Integers
    after: Integers


def heads_of(steps: Sequence[Steps], count: int, channels: int) -> Heads:
    """Raises ImageError where an operator does not take that many channels."""
    for one in steps:
        taken = one.operator.facts.channels
        if taken is not None and channels not in taken and len(one.samples):
            check_channels(one.source.planned(0), channels)
    keys = _LaunchKeys()
    rows = _rows(steps, [keys.of(one) for one in steps])
    heads, finish = _ridden(rows, *_finishes(steps))
    own = (heads == np.arange(len(heads))).nonzero()[0]
    sample, starts = rows.samples[own], np.zeros(count + 1, np.int64)
    np.cumsum(np.bincount(sample, minlength=count), out=starts[1:])
    return Heads(
        keys=keys.names,
        forms=keys.forms,
        key=np.maximum(rows.key[own], 0),
        steps=rows.steps[own],
        rows=rows.rows[own],
        sample=sample,
        number=np.arange(len(own)) - starts[sample],
        before=rows.before.take(own, axis=0),
        after=rows.after.take(own, axis=0),
        finish=finish.take(own, axis=0),
        starts=starts,
    )


class _LaunchKeys:
    """Names and forms of keys, in the order in which they are met; the first is that of pointwise steps."""

    def __init__(self) -> None:
        self.names = [POINTWISE]
        self.forms: list[Form | None] = [None]

    def of(self, steps: Steps) -> int | Integers:
        """The key of each step, or of all; -1 for those that only limit and round."""
        if steps.operator.forms.finish is not None:
            return -1
        takes, packed = steps.takes(), steps.operator.forms.packed
        if packed is None or takes is False:
            return self.place(steps.operator.name, None)
        form = self.place(packed.form.key, packed.form)
        if takes is True:
            return form
        return np.where(takes, form, self.place(steps.operator.name, None))

    def place(self, name: str, form: Form | None) -> int:
        if name not in self.names:
            self.names.append(name)
            self.forms.append(form)
        return self.names.index(name)


def _repeated(values: Sequence[int | Integers], counts: Sequence[int]) -> Integers:
    """What each step has, operator by operator: int64 (n,). values: of all of an operator's, or of each."""
    plain: Integers = np.array([one if isinstance(one, int) else 0 for one in values], np.int64)
    out: Integers = plain.repeat(np.array(counts, np.int64))
    for one, end, count in zip(values, accumulate(counts), counts, strict=True):
        if not isinstance(one, int):
            out[end - count : end] = one
    return out


def _rows(steps: Sequence[Steps], keys: Sequence[int | Integers]) -> _StepRows:
    """Sorted by sample and place: each has its own cell of a table."""
    if not steps:
        none = np.zeros(0, np.int64)
        return _StepRows(none, none, none, none, none.reshape(0, 2), none.reshape(0, 2))
    samples, places = (
        np.concatenate(parts)
        for parts in ([one.samples for one in steps], [one.places for one in steps])
    )
    width = int(places.max(initial=0)) + 1
    cells = np.full((int(samples.max(initial=-1)) + 1) * width, -1)
    cells[samples * width + places] = np.arange(len(samples))
    order = cells[cells >= 0]
    counts = [len(one.samples) for one in steps]
    which = np.arange(len(steps)).repeat(counts)[order]
    starts = np.array([0, *accumulate(counts)], np.int64)
    return _StepRows(
        which,
        order - starts[which],
        samples[order],
        _repeated(keys, counts)[order],
        np.concatenate([one.before for one in steps]).take(order, axis=0),
        np.concatenate([one.after for one in steps]).take(order, axis=0),
    )


class _Finishes:
    """Finishes by number; 0 is `UNCHANGED`."""

    def __init__(self) -> None:
        self.numbers: dict[Finish, int] = {UNCHANGED: 0}

    def number(self, finish: Finish) -> int:
        return self.numbers.setdefault(finish, len(self.numbers))

    def joined(self, before: Integers, after: Integers) -> Integers:
        """The numbers of both in one, -1 where there is none."""
        known = list(self.numbers)
        pairs = before * len(known) + after
        table: Integers = np.full(len(known) ** 2, -1)
        for pair in np.bincount(pairs).nonzero()[0].tolist():
            both = joined(known[pair // len(known)], known[pair % len(known)])
            table[pair] = -1 if both is None else self.number(both)
        both_numbers: Integers = table[pairs]
        return both_numbers


def _finishes(steps: Sequence[Steps]) -> tuple[_Finishes, Integers]:
    """The finishes of a batch, and which each step is, operator by operator: int64 (n,)."""
    finishes, numbers = _Finishes(), list[int | Integers]()
    for one in steps:
        if one.operator.forms.finish is None:
            numbers.append(0)
        else:
            kinds, own = one.finishes()
            known = [finishes.number(finish) for finish in own]
            alike = len(set(known)) == 1
            numbers.append(known[0] if alike else np.array(known, np.int64)[kinds])
    return finishes, _repeated(numbers, [len(one.samples) for one in steps])


def _ridden(
    rows: _StepRows, finishes: _Finishes, numbers: Integers
) -> tuple[Integers, npt.NDArray[np.float32]]:
    """The head of each row, itself or one before it, int64 (n,), and of each head its finish, float32 (n, 3).

    Of steps in a row that only limit and round, the first of all samples are joined to their heads, then the
    second, and so on.
    """
    places, riding = np.arange(len(rows.key)), rows.key < 0
    counts = np.bincount(rows.steps)
    own = numbers[(counts.cumsum() - counts)[rows.steps] + rows.rows]
    first = np.searchsorted(rows.samples, rows.samples)
    begins, last = first, np.maximum.accumulate(np.where(riding, -1, places))
    since = places - np.maximum(last, begins - 1)
    head, finish = places.copy(), np.where(riding, own, 0)
    for number in range(1, int(since.max(initial=0)) + 1):
        there = (since == number).nonzero()[0]
        there = there[there > begins[there]]
        before = head[there - 1]
        both = finishes.joined(finish[before], own[there])
        rides = both >= 0
        finish[before[rides]] = both[rides]
        head[there[rides]] = before[rides]
    table = np.array(list(finishes.numbers), np.float32)
    return head, table.take(finish, axis=0)
