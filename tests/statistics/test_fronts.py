"""Two costs: what nothing beats, and the area that is reached."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realsr.statistics.fronts import hypervolume, pareto_front

points = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=12).map(
    lambda found: [(float(x), float(y)) for x, y in found]
)


def test_by_hand() -> None:
    found = [(1.0, 5.0), (2.0, 3.0), (2.0, 4.0), (3.0, 3.0), (4.0, 1.0)]
    assert pareto_front(found) == [0, 1, 4]
    # Against (6, 6): 1 x 1 + 2 x 3 + 2 x 5.
    assert hypervolume(found, (6.0, 6.0)) == 17.0
    assert hypervolume([(1.0, 1.0)], (3.0, 5.0)) == 8.0
    assert hypervolume([], (1.0, 1.0)) == 0.0
    assert pareto_front([(math.inf, 0.0), (0.0, math.nan), (1.0, 1.0)]) == [2]
    assert pareto_front([(1.0, 1.0), (1.0, 1.0)]) == [0]


@given(points)
def test_the_front_straight_on(found) -> None:
    beaten = {
        place
        for place, (x, y) in enumerate(found)
        for other, (a, b) in enumerate(found)
        if a <= x and b <= y and ((a, b) != (x, y) or other < place)
    }
    assert set(pareto_front(found)) == set(range(len(found))) - beaten


@given(points, st.integers(1, 10), st.integers(1, 10))
def test_the_area_is_that_of_the_squares_beaten(found, width: int, height: int) -> None:
    squares = sum(
        any(x <= column and y <= row for x, y in found)
        for column in range(width)
        for row in range(height)
    )
    area = hypervolume(found, (float(width), float(height)))
    assert area == pytest.approx(squares)
    assert hypervolume([*found, (0.0, 0.0)], (float(width), float(height))) == width * height
    front = [found[place] for place in pareto_front(found)]
    assert hypervolume(front, (float(width), float(height))) == pytest.approx(area)
