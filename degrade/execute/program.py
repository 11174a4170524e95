"""A batch as a program for packed samples: which launches, over which samples, from which places to which.

Everything here follows from the plans and is made on the host, for all samples of the batch together: the order
of the rounds, the slots of the samples, and the tables of every form. It waits for no image and for no device,
so that a batch can be made ready while another one runs.

Steps that limit or round values one by one are given to the step before them. Every sample has two slots, each
as large as it ever gets; a round reads one and writes the other.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from degrade.execute.moves import moves_of_ends, moves_of_rounds
from degrade.execute.plan import Plan, PlannedStep
from degrade.execute.schedule import rounds
from degrade.execute.singles import CPU, check_channels, group_of
from degrade.functional.gpu.call import Integers
from degrade.geometry import Size
from degrade.operators.packed import Batch, Begin, Finish, Form, PackedPart

UNCHANGED: Finish = (-math.inf, math.inf, 0.0)

POINTWISE = "pointwise"
"""The key of steps that only limit and round, where no step stands before them."""

EACH = "each "

COPIES = 16
"""An operator's own arrays are up to so many times its canvas."""

LEAST_PART = 2**21
MOST_PARTS = 4
"""Parts of a round on a canvas, so that the number of launches stays bounded whatever the batch."""


class Head(NamedTuple):
    """A step with what the steps after it do to its values. key: whose samples run together."""

    key: str
    step: PlannedStep
    finish: Finish


class Round(NamedTuple):
    """One form or one operator over rows start..end of the program. first: of the form's own samples."""

    key: str
    form: Form | None
    steps: Sequence[PlannedStep]
    start: int
    end: int
    first: int


class Program(NamedTuple):
    """What is run, in order, and the host's arrays that it is run with, by name.

    begins: for each form what begins with its tables; arrays of a form are named by it, those of a row a sample
    with EACH before. sides: int64 (rows, 4), heights and widths before and after. length: values of all slots.
    """

    rounds: Sequence[Round]
    begins: Mapping[str, Begin]
    arrays: Mapping[str, npt.NDArray[Any]]
    sides: Integers
    channels: int
    length: int
    inputs: Sequence[Size]
    outputs: Sequence[Size]


@lru_cache(maxsize=1024)
def _joined(before: Finish, after: Finish) -> Finish | None:
    """Both in one where that is exactly one after the other, else None."""
    low, high, steps = before
    if not steps:
        least, most = (min(max(value, after[0]), after[1]) for value in (low, high))
        return (least, most, after[2])
    # Rounded values of [0, 1] stay in it, and stay where they are when they are rounded alike.
    within = (low, high) == (0.0, 1.0) and after[0] <= 0.0 and after[1] >= 1.0
    return before if within and after[2] in (0, steps) else None


def heads(plan: Plan, channels: int) -> list[Head]:
    """The steps that get launches. Raises ImageError where an operator does not take that many channels."""
    made: list[Head] = []
    for step in plan:
        operator = step.operator
        if operator.facts.channels is not None:
            check_channels(step, channels)
        if operator.forms.finish is None:
            made.append(Head(key_of(step), step, UNCHANGED))
            continue
        finish = operator.forms.finish(step.record)
        key, head, before = made[-1] if made else (POINTWISE, step, UNCHANGED)
        both = _joined(before, finish) if made else None
        if both is None:
            made.append(Head(POINTWISE, step, finish))
        else:
            made[-1] = Head(key, head, both)
    return made


def key_of(step: PlannedStep) -> str:
    """Whose samples run together: those of a form, or of an operator."""
    form = form_of(step)
    return step.operator.name if form is None else form.key


def form_of(step: PlannedStep) -> Form | None:
    """The packed form that runs a step, if any does."""
    packed = step.operator.forms.packed
    if packed is None or (packed.takes is not None and not packed.takes(step.record)):
        return None
    return packed.form


class _Launch(NamedTuple):
    """Samples that run together, how many launches each has had before, and their steps."""

    key: str
    samples: Sequence[int]
    progress: Sequence[int]
    heads: Sequence[Head]


def program_of(plans: Sequence[Plan], sizes: Sequence[Size], channels: int) -> Program:
    """The program of a batch; raises ImageError where an operator does not take that many channels."""
    own = [heads(plan, channels) for plan in plans]
    slots = _slots(own, sizes, channels)
    launches = list(_launches(own, int(slots.sum())))
    made = _rounds(launches)
    last = [
        one[-1].step.placement.size if one else size for one, size in zip(own, sizes, strict=True)
    ]
    arrays = {
        **_places(launches, slots),
        **_finishes(launches, len(own)),
        **moves_of_ends(slots, [len(one) for one in own], sizes, last, channels),
    }
    arrays |= moves_of_rounds(arrays["rows"], [len(one.samples) for one in launches], channels)
    begins: dict[str, Begin] = {}
    for form, parts in _batches(made, channels).items():
        prepared = form.prepare(parts)
        begins[form.name] = prepared.begin
        arrays |= {f"{form.name} {EACH}{key}": array for key, array in prepared.tables.each.items()}
        arrays |= {f"{form.name} {key}": array for key, array in prepared.tables.shared.items()}
    sides = arrays["rows"][:, 2:]
    return Program(made, begins, arrays, sides, channels, int(2 * slots.sum()), sizes, last)


def _slots(own: Sequence[Sequence[Head]], sizes: Sequence[Size], channels: int) -> Integers:
    """Values of one slot of each sample: what it ever has at most."""
    areas = []
    for one, size in zip(own, sizes, strict=True):
        # Most steps leave the size alone.
        passed = {size, *(head.step.placement.size for head in one)}
        areas.append(max(height * width for height, width in passed))
    return channels * np.array(areas, np.int64)


def _launches(own: Sequence[Sequence[Head]], largest: int) -> Iterator[_Launch]:
    """All launches in order; those on canvases in parts. largest: values of the batch at its largest."""
    progress = [0] * len(own)
    for key, members in rounds([[head.key for head in one] for one in own]):
        there = [own[sample][progress[sample]] for sample in members]
        parts = [range(len(there))] if key == POINTWISE else _parts(there, largest)
        for part in parts:
            samples = [members[place] for place in part]
            done = [progress[sample] for sample in samples]
            yield _Launch(key, samples, done, [there[place] for place in part])
        for sample in members:
            progress[sample] += 1


def _parts(there: Sequence[Head], largest: int) -> list[Sequence[int]]:
    """The samples of a round on a canvas in a few parts of near sizes: less to hold at once, less padding.

    Those of a form are cut only where it says so.
    """

    def area(place: int) -> int:
        step = there[place].step
        return max(size.height * size.width for size in (step.size, step.placement.size))

    form = form_of(there[0].step)
    if form is not None and form.parts == 1:
        return [range(len(there))]
    ordered = sorted(range(len(there)), key=area, reverse=True)
    values = 3 * len(ordered) * area(ordered[0])
    most = max(LEAST_PART, 2 * largest // COPIES)
    wanted = -(-values // most) if form is None else form.parts
    count = min(MOST_PARTS, wanted, len(ordered))
    ends = [len(ordered) * part // count for part in range(count + 1)]
    return [ordered[start:end] for start, end in pairwise(ends)]


def _rounds(launches: Sequence[_Launch]) -> list[Round]:
    made, start, firsts = [], 0, dict[str, int]()
    for key, samples, _, own in launches:
        form = None if key == POINTWISE else form_of(own[0].step)
        first, end = firsts.get(key, 0), start + len(samples)
        made.append(Round(key, form, [head.step for head in own], start, end, first))
        firsts[key], start = first + len(samples), end
    return made


def _places(launches: Sequence[_Launch], slots: Integers) -> dict[str, npt.NDArray[Any]]:
    """rows: int64 (n, 6), see `gpu.packed`."""
    begins = 2 * (np.cumsum(slots) - slots)
    samples = np.array([sample for one in launches for sample in one.samples], np.int64)
    progress = np.array([done for one in launches for done in one.progress], np.int64)
    source, target = (begins[samples] + (progress + k) % 2 * slots[samples] for k in (0, 1))
    sides = [(*head.step.size, *head.step.placement.size) for one in launches for head in one.heads]
    lies = np.array(sides, np.int64).reshape(-1, 4)
    return {"rows": np.concatenate([source[:, None], target[:, None], lies], axis=1)}


def _finishes(launches: Sequence[_Launch], count: int) -> dict[str, npt.NDArray[Any]]:
    """finish: float32 (n, 3), see `gpu.packed`. unchanged: a row for each sample of the batch."""
    finishes = [head.finish for one in launches for head in one.heads]
    return {
        "finish": np.array(finishes, np.float32).reshape(-1, 3),
        "unchanged": np.array([UNCHANGED] * count, np.float32),
    }


def _batches(made: Sequence[Round], channels: int) -> dict[Form, Batch]:
    """The samples of each form in the order of its launches, each operator's own together."""
    steps: dict[Form, list[PlannedStep]] = {}
    bounds: dict[Form, list[int]] = {}
    for one in made:
        if one.form is not None:
            steps.setdefault(one.form, []).extend(one.steps)
            bounds.setdefault(one.form, [0]).append(len(steps[one.form]))
    return {
        form: Batch(_batch_parts(own, channels), np.array(bounds[form]), channels)
        for form, own in steps.items()
    }


def _batch_parts(steps: Sequence[PlannedStep], channels: int) -> list[PackedPart]:
    places: dict[str, list[int]] = {}
    for place, step in enumerate(steps):
        places.setdefault(step.operator.name, []).append(place)
    return [_part([steps[place] for place in own], own, channels) for own in places.values()]


def _part(steps: Sequence[PlannedStep], places: Sequence[int], channels: int) -> PackedPart:
    packed, group = steps[0].operator.forms.packed, group_of(steps, CPU)
    assert packed is not None
    return PackedPart(np.array(places), group, packed.values(group, channels))
