"""Which samples run which operator together.

Every sample has its own list of operators. A round takes one operator and runs it for all the samples whose
next step it is, so the number of launches follows the number of different operators, not of samples.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence


def rounds(programs: Sequence[Sequence[str]]) -> Iterator[tuple[str, list[int]]]:
    """Rounds of (operator, samples) that together run each sample's operators in its own order.

    Prefers the operator that the fewest waiting samples still need later on: waiting for a sample to catch up
    saves a launch. Ties go to the operator that most samples wait for, then to the name. Multiplying every
    program by the same count changes no decision.
    """
    position = [0] * len(programs)
    later = Counter(name for program in programs for name in program[1:])
    front: dict[str, list[int]] = {}
    for index, program in enumerate(programs):
        if program:
            front.setdefault(program[0], []).append(index)
    while front:
        chosen = min(
            front, key=lambda name: (later[name] / len(front[name]), -len(front[name]), name)
        )
        members = sorted(front.pop(chosen))
        yield chosen, members
        for index in members:
            position[index] += 1
            if position[index] < len(programs[index]):
                name = programs[index][position[index]]
                front.setdefault(name, []).append(index)
                later[name] -= 1
