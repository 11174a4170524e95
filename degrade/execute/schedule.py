"""Which samples run which operator together.

Every sample has its own list of operators. A round takes one operator and runs it for all the samples whose
next step it is, so the number of launches follows the number of different operators, not of samples.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]


def rounds(programs: Sequence[Sequence[str]]) -> Iterator[tuple[str, list[int]]]:
    """Rounds of (operator, samples) that together run each sample's operators in its own order.

    Prefers the operator that the fewest waiting samples still need later on: waiting for a sample to catch up
    saves a launch. Ties go to the operator that most samples wait for, then to the name. Multiplying every
    program by the same count changes no decision.
    """
    names = sorted({name for program in programs for name in program})
    places = {name: place for place, name in enumerate(names)}
    steps = np.array([places[name] for program in programs for name in program], np.int64)
    starts = np.array([0, *accumulate(map(len, programs))], np.int64)
    for chosen, samples in rounds_of_steps(names, steps, starts):
        yield names[chosen], samples.tolist()


def rounds_of_steps(
    names: Sequence[str], steps: Integers, starts: Integers
) -> Iterator[tuple[int, Integers]]:
    """`rounds` of programs end to end: (place among names, samples, ascending).

    steps: int64 (n,), places among names. starts: int64 (samples + 1,), where each sample's program begins.
    """
    position, ends = starts[:-1].copy(), starts[1:]
    # A step behind the last: what follows a program is never looked at.
    steps = np.append(steps, 0)
    front = np.where(position < ends, steps[position], -1)
    later = _counts(steps[:-1], names) - _counts(front, names)
    while (waiting := _counts(front, names)).any():
        numbers = zip(names, waiting.tolist(), later.tolist(), range(len(names)), strict=True)
        _, _, _, chosen = min(
            (after / count, -count, name, place) for name, count, after, place in numbers if count
        )
        members = np.flatnonzero(front == chosen)
        yield chosen, members
        position[members] += 1
        there = position[members]
        front[members] = np.where(there < ends[members], steps[there], -1)
        later -= _counts(front[members], names)


def _counts(steps: Integers, names: Sequence[str]) -> Integers:
    """How often each name is there; -1 is none."""
    return np.bincount(steps + 1, minlength=len(names) + 1)[1:]
