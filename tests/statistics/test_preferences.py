"""Bradley-Terry: against a straight-line optimiser, by laws, and where there is no strength."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import optimize

from realsr.statistics import StatisticsError, Untold
from realsr.statistics.preferences import Choices, Floats, Strengths, groups_apart, strengths, wins

pairs = st.lists(
    st.tuples(
        st.integers(0, 3), st.integers(0, 3), st.sampled_from([0.0, 0.5, 1.0]), st.integers(0, 5)
    ).filter(lambda one: one[0] != one[1]),
    min_size=12,
    max_size=60,
)
"""first, second, what first won, rater"""


def choices(rows: list[tuple[int, int, float, int]]) -> Choices:
    first, second, won, group = zip(*rows, strict=True)
    return Choices(np.array(first), np.array(second), np.array(won, float), np.array(group))


def told(rows: list[tuple[int, int, float, int]], items: int = 4) -> Strengths:
    found = strengths(choices(rows), items)
    assert isinstance(found, Strengths)
    return found


def connected(rows: list[tuple[int, int, float, int]]) -> bool:
    return len(groups_apart(wins(choices(rows), 4))) == 1


def loss(values: Floats, rows: list[tuple[int, int, float, int]]) -> float:
    total = 0.0
    for first, second, won, _ in rows:
        chance = 1.0 / (1.0 + math.exp(values[second] - values[first]))
        total -= won * math.log(chance) + (1.0 - won) * math.log(1.0 - chance)
    return total


def feigned(
    count: int, seed: int, raters: int = 1
) -> tuple[list[tuple[int, int, float, int]], Floats]:
    draw = np.random.default_rng(seed)
    value = np.array([-1.0, -0.2, 0.3, 0.9])
    rows = []
    for number in range(count):
        first, second = draw.choice(4, 2, replace=False)
        chance = 1.0 / (1.0 + math.exp(value[second] - value[first]))
        rows.append((int(first), int(second), float(draw.random() < chance), number % raters))
    return rows, value


@given(rows=pairs.filter(lambda rows: connected(rows)))
def test_the_strengths_of_a_straight_line_optimiser(
    rows: list[tuple[int, int, float, int]],
) -> None:
    found = told(rows)
    best = optimize.minimize(loss, np.zeros(4), args=(rows,), method="BFGS", options={"gtol": 1e-7})
    np.testing.assert_allclose(found.value, best.x - best.x.mean(), atol=2e-4)
    assert found.value.sum() == pytest.approx(0.0, abs=1e-9)


def test_the_half_widths_of_the_information_by_differences() -> None:
    rows, _ = feigned(120, seed=2)
    found = told(rows)
    step, eye = 1e-4, np.eye(4) * 1e-4
    second = [
        [
            (
                loss(found.value + a + b, rows)
                - loss(found.value + a - b, rows)
                - loss(found.value - a + b, rows)
                + loss(found.value - a - b, rows)
            )
            / (4 * step**2)
            for b in eye
        ]
        for a in eye
    ]
    expected = 1.959964 * np.sqrt(np.diag(np.linalg.pinv(np.array(second), rcond=1e-5)))
    np.testing.assert_allclose(found.high - found.value, expected, rtol=1e-3)
    np.testing.assert_allclose(found.value - found.low, expected, rtol=1e-3)
    assert found.method == "choices taken as independent"


@given(rows=pairs.filter(lambda rows: connected(rows)))
def test_turning_sides_changes_nothing(rows: list[tuple[int, int, float, int]]) -> None:
    turned = [(second, first, 1.0 - won, group) for first, second, won, group in rows]
    found, other = told(rows), told(turned)
    for name in ("value", "low", "high"):
        np.testing.assert_allclose(getattr(other, name), getattr(found, name), atol=1e-7)


@given(rows=pairs)
def test_two_items_are_as_far_apart_as_the_odds(rows: list[tuple[int, int, float, int]]) -> None:
    only = [(0, 1, won, group) for _, _, won, group in rows]
    table = wins(choices(only), 2)
    assume(table[0, 1] > 0 and table[1, 0] > 0)
    found = told(only, 2)
    assert found.value[0] - found.value[1] == pytest.approx(
        math.log(table[0, 1] / table[1, 0]), abs=1e-8
    )


def test_intervals_cover_planted_strengths() -> None:
    within = []
    for seed in range(60):
        rows, value = feigned(150, seed, raters=10)
        found = told(rows)
        within.append((found.low <= value) & (value <= found.high))
    assert 0.92 <= float(np.mean(within)) <= 1.0


def test_raters_of_one_mind_each_make_intervals_wider() -> None:
    rows, _ = feigned(60, seed=8)
    alone = [(*row[:3], number) for number, row in enumerate(rows * 6)]
    parrots = [(*row[:3], number % 60 // 6) for number, row in enumerate(rows * 6)]
    free, bound = told(alone), told(parrots)
    np.testing.assert_allclose(bound.value, free.value)
    assert (bound.high - bound.low).mean() > 1.5 * (free.high - free.low).mean()
    assert bound.method == "over 10 raters"


@pytest.mark.parametrize(
    ("rows", "items", "apart"),
    [
        ([(0, 1, 1.0, 0), (1, 2, 1.0, 0)], 3, [[0], [1], [2]]),
        ([(0, 1, 0.5, 0), (2, 3, 0.5, 0)], 4, [[0, 1], [2, 3]]),
        ([(0, 1, 0.5, 0), (1, 2, 1.0, 0)], 3, [[0, 1], [2]]),
        ([(0, 1, 0.5, 0)], 3, [[0, 1], [2]]),
    ],
)
def test_what_is_not_connected_has_no_strength(
    rows: list[tuple[int, int, float, int]], items: int, apart: list[list[int]]
) -> None:
    found = strengths(choices(rows), items)
    assert isinstance(found, Untold)
    assert "not connected" in found.reason
    assert groups_apart(wins(choices(rows), items)) == apart


def test_a_circle_of_wins_is_connected_and_even() -> None:
    found = told([(0, 1, 1.0, 0), (1, 2, 1.0, 0), (2, 0, 1.0, 0)], 3)
    np.testing.assert_allclose(found.value, 0.0, atol=1e-9)


def test_one_item_is_compared_with_nothing() -> None:
    nothing = np.array([], np.intp)
    found = strengths(Choices(nothing, nothing, np.array([]), nothing), 1)
    assert isinstance(found, Untold)


@pytest.mark.parametrize(
    "rows", [[(0, 0, 1.0, 0)], [(0, 7, 1.0, 0)], [(-1, 0, 1.0, 0)], [(0, 1, 1.5, 0)]]
)
def test_choices_that_cannot_be_are_refused(rows: list[tuple[int, int, float, int]]) -> None:
    with pytest.raises(StatisticsError):
        strengths(choices(rows), 3)
