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
    whose = np.repeat(np.arange(len(programs)), np.diff(starts))
    for chosen, own in rounds_of_steps(names, steps, starts):
        yield names[chosen], whose[own].tolist()


def rounds_of_steps(
    names: Sequence[str], steps: Integers, starts: Integers
) -> Iterator[tuple[int, Integers]]:
    """`rounds` of programs end to end: (place among names, which steps, ascending).

    steps: int64 (n,), places among names. starts: int64 (samples + 1,), where each sample's program begins.
    """
    none = len(names)
    following = np.append(steps[1:], none)
    following[starts[1:][starts[1:] > starts[:-1]] - 1] = none
    position = starts[:-1][starts[1:] > starts[:-1]]
    front = steps[position]
    waiting = np.bincount(front, minlength=none).tolist()
    later = (np.bincount(steps, minlength=none) - waiting).tolist()
    while any(waiting):
        chosen = _chosen(names, waiting, later)
        members = (front == chosen).nonzero()[0]
        own = position.take(members)
        yield chosen, own
        reached = following.take(own)
        position[members] = own + 1
        front[members] = reached
        waiting[chosen] = 0
        for place, count in enumerate(np.bincount(reached).tolist()[:none]):
            waiting[place] += count
            later[place] -= count


def _chosen(names: Sequence[str], waiting: Sequence[int], later: Sequence[int]) -> int:
    """The place of the name that goes next. waiting, later: how many wait for each, and need it after that."""
    return min(
        (after / count, -count, name, place)
        for place, (name, count, after) in enumerate(zip(names, waiting, later, strict=False))
        if count
    )[3]
