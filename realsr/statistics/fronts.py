"""Points of two costs, both better when they are less: which of them nothing beats, and how much they reach."""

from __future__ import annotations

import math
from collections.abc import Sequence

Costs = tuple[float, float]


def pareto_front(points: Sequence[Costs]) -> list[int]:
    """Places of the points that no other beats, by the first cost; of equal points the first.

    A point is beaten by one that is no worse in either cost and better in one. What is not finite is beaten.
    """
    order = sorted(range(len(points)), key=lambda place: (*points[place], place))
    front: list[int] = []
    least = math.inf
    for place in order:
        if all(map(math.isfinite, points[place])) and points[place][1] < least:
            front.append(place)
            least = points[place][1]
    return front


def hypervolume(points: Sequence[Costs], reference: Costs) -> float:
    """Area between the points and a reference that is worse than they are: all costs that some point beats.

    More is better; a point that is no better than the reference in both costs adds nothing. In the product of
    the two units: it compares sets of points by one reference, and means nothing alone.
    """
    inside = [point for point in points if point[0] < reference[0] and point[1] < reference[1]]
    front = [inside[place] for place in pareto_front(inside)]
    ends = [*(x for x, _ in front), reference[0]][1:]
    return math.fsum(
        (end - x) * (reference[1] - y) for (x, y), end in zip(front, ends, strict=True)
    )
