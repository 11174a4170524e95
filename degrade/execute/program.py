"""A batch as a program for packed samples: which launches, over which samples, from which places to which.

Everything here follows from the steps and is made on the host, for all samples of the batch together: the order
of the rounds, the slots of the samples, and the tables of every form. It waits for no image and for no device,
so that a batch can be made ready while another one runs.

Every sample has two slots, each as large as it ever gets; a round reads one and writes the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from degrade.execute.heads import POINTWISE, UNCHANGED, Heads, heads_of
from degrade.execute.moves import moves_of_ends, moves_of_rounds
from degrade.execute.plan import Plan, PlannedStep
from degrade.execute.schedule import rounds_of_steps
from degrade.execute.steps import Lazily, Source, Steps, steps_of
from degrade.functional.gpu.call import Integers
from degrade.geometry import Size
from degrade.operators.packed import Batch, Begin, Form, PackedPart

EACH = "each "

COPIES = 16
"""An operator's own arrays are up to so many times its canvas."""

LEAST_PART = 2**21
MOST_PARTS = 4
"""Parts of a round on a canvas, so that the number of launches stays bounded whatever the batch."""


class Round(NamedTuple):
    """One form or one operator over rows start..end of the program. first: of the form's own samples. moves: of
    a round without a form, where its rows among those of canvases begin.
    """

    key: str
    form: Form | None
    steps: Sequence[PlannedStep]
    start: int
    end: int
    first: int
    moves: int


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


class _Launch(NamedTuple):
    """What runs together. own: int64 (n,), its heads."""

    key: int
    own: Integers


def program_of(plans: Sequence[Plan], sizes: Sequence[Size], channels: int) -> Program:
    """The program of a batch; raises ImageError where an operator does not take that many channels."""
    return program_of_steps(steps_of(plans), np.array(sizes, np.int64).reshape(-1, 2), channels)


def program_of_steps(steps: Sequence[Steps], sizes: Integers, channels: int) -> Program:
    """The program of a batch from its steps. sizes: int64 (samples, 2), heights and widths of the images."""
    heads = heads_of(steps, len(sizes), channels)
    last = _last(heads, sizes)
    slots = _slots(heads, sizes, channels)
    launches = list(_launches(heads, int(slots.sum())))
    order = np.concatenate([one.own for one in launches]) if launches else np.zeros(0, np.int64)
    made = _rounds(heads, steps, launches)
    rows = _places(heads, order, slots)
    arrays: dict[str, npt.NDArray[Any]] = {
        "rows": rows,
        "finish": heads.finish.take(order, axis=0),
        "unchanged": np.array([UNCHANGED], np.float32).repeat(len(sizes), axis=0),
        **moves_of_ends(slots, np.diff(heads.starts), sizes, last, channels),
        **moves_of_rounds(*_without_form(made, rows), channels),
    }
    begins: dict[str, Begin] = {}
    for form, batch in _batches(heads, steps, launches, channels).items():
        prepared = form.prepare(batch)
        begins[form.name] = prepared.begin
        arrays |= {f"{form.name} {EACH}{key}": array for key, array in prepared.tables.each.items()}
        arrays |= {f"{form.name} {key}": array for key, array in prepared.tables.shared.items()}
    length = int(2 * slots.sum())
    return Program(
        made, begins, arrays, rows[:, 2:], channels, length, _listed(sizes), _listed(last)
    )


def _listed(sizes: Integers) -> list[Size]:
    if len(sizes) and (sizes == sizes[0]).all():
        return [Size(*sizes[0].tolist())] * len(sizes)
    return list(map(Size._make, sizes.tolist()))


def _last(heads: Heads, sizes: Integers) -> Integers:
    """The size in which each sample ends."""
    last, some = sizes.copy(), np.diff(heads.starts).nonzero()[0]
    last[some] = heads.after[heads.starts[some + 1] - 1]
    return last


def _slots(heads: Heads, sizes: Integers, channels: int) -> Integers:
    """Values of one slot of each sample: what it ever has at most."""
    areas, some = sizes.prod(1), np.diff(heads.starts).nonzero()[0]
    if len(some):
        own = np.maximum.reduceat(heads.after.prod(1), heads.starts[some])
        areas[some] = np.maximum(areas[some], own)
    slots: Integers = channels * areas
    return slots


def _launches(heads: Heads, largest: int) -> Iterator[_Launch]:
    """All launches in order; those on canvases in parts. largest: values of the batch at its largest."""
    for key, own in rounds_of_steps(heads.keys, heads.key, heads.starts):
        form = heads.forms[key]
        if heads.keys[key] == POINTWISE or (form is not None and form.parts == 1):
            yield _Launch(key, own)
        else:
            areas = np.maximum(heads.before[own].prod(1), heads.after[own].prod(1))
            for part in _parts(areas, form, largest):
                yield _Launch(key, own[part])


def _parts(areas: Integers, form: Form | None, largest: int) -> list[Integers]:
    """The samples of a round on a canvas in a few parts of near sizes: less to hold at once, less padding.

    Those of a form are cut only where it says so.
    """
    ordered = np.argsort(-areas, kind="stable")
    values = 3 * len(areas) * int(areas[ordered[0]])
    most = max(LEAST_PART, 2 * largest // COPIES)
    wanted = -(-values // most) if form is None else form.parts
    count = min(MOST_PARTS, wanted, len(ordered))
    ends = [len(ordered) * part // count for part in range(count + 1)]
    return [ordered[start:end] for start, end in pairwise(ends)]


def _rounds(heads: Heads, steps: Sequence[Steps], launches: Sequence[_Launch]) -> list[Round]:
    made, start, moves, firsts = [], 0, 0, dict[int, int]()
    for key, own in launches:
        form, count = heads.forms[key], len(own)
        first = firsts.get(key, 0)
        planned = _planned(heads, steps, own)
        made.append(Round(heads.keys[key], form, planned, start, start + count, first, moves))
        firsts[key], start = first + count, start + count
        moves += 0 if form is not None else count
    return made


def _planned(heads: Heads, steps: Sequence[Steps], own: Integers) -> Sequence[PlannedStep]:
    """The steps of a launch, made where they are asked for."""

    def step(place: int) -> PlannedStep:
        head = own[place]
        source: Source = steps[heads.steps[head]].source
        return source.planned(int(heads.rows[head]))

    return Lazily(len(own), step)


def _places(heads: Heads, order: Integers, slots: Integers) -> Integers:
    """rows: int64 (n, 6), see `gpu.packed`."""
    begins = 2 * (np.cumsum(slots) - slots)
    samples, odd = heads.sample[order], heads.number[order] % 2
    rows = np.empty((len(order), 6), np.int64)
    first, moved = begins[samples], odd * slots[samples]
    rows[:, 0] = first + moved
    rows[:, 1] = first + slots[samples] - moved
    rows[:, 2:4], rows[:, 4:] = (sides.take(order, axis=0) for sides in (heads.before, heads.after))
    return rows


def _without_form(made: Sequence[Round], rows: Integers) -> tuple[Integers, list[int]]:
    """The rows of rounds without a form, and how many each has."""
    apart = [one for one in made if one.form is None]
    own = [rows[one.start : one.end] for one in apart]
    return np.concatenate([rows[:0], *own]), [len(one) for one in own]


def _batches(
    heads: Heads, steps: Sequence[Steps], launches: Sequence[_Launch], channels: int
) -> dict[Form, Batch]:
    """The samples of each form in the order of its launches, each operator's own together."""
    launched: dict[Form, list[Integers]] = {}
    for key, own in launches:
        form = heads.forms[key]
        if form is not None:
            launched.setdefault(form, []).append(own)
    return {
        form: Batch(
            _batch_parts(heads, steps, np.concatenate(parts), channels),
            np.cumsum([0, *map(len, parts)]),
            channels,
        )
        for form, parts in launched.items()
    }


def _batch_parts(
    heads: Heads, steps: Sequence[Steps], own: Integers, channels: int
) -> list[PackedPart]:
    whose, rows = heads.steps[own], heads.rows[own]
    numbers = np.bincount(whose).nonzero()[0].tolist()
    parts = [((whose == number).nonzero()[0], steps[number]) for number in numbers]
    parts.sort(key=lambda part: int(part[0][0]))
    return [_part(places, one, rows[places], channels) for places, one in parts]


def _part(places: Integers, steps: Steps, rows: Integers, channels: int) -> PackedPart:
    packed, group = steps.operator.forms.packed, steps.source.group(rows)
    assert packed is not None
    return PackedPart(places, group, packed.values(group, channels))
