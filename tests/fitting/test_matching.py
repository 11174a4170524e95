"""Shares are found back through a measurement that errs, and the gradient is the distance's own."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import check_grad

from realsr.fitting import matching
from realsr.fitting.marginals import Floats
from realsr.fitting.matching import Drawn, columns, matched
from realsr.fitting.projection import projection

BINS = 5


def pool(count: int, shares: Floats, error: float, seed: int) -> tuple[Floats, list[list[int]]]:
    """Places of LR whose bin is read with an error, beside a reading that says nothing."""
    random = np.random.default_rng(seed)
    drawn = random.choice(BINS, count, p=shares)
    read = drawn[:, None] + error * random.standard_normal((count, 1))
    return np.concatenate([read, random.standard_normal((count, 1))], axis=1), [
        [int(one)] for one in drawn
    ]


EVEN = np.full(BINS, 1 / BINS)


def drawn_of(bins: list[list[int]]) -> Drawn:
    return Drawn(columns(bins, BINS), np.zeros(BINS, np.int64), EVEN)


@pytest.mark.parametrize(("error", "room"), [(0.1, 0.08), (1.0, 0.3)])
def test_shares_are_found_back_and_their_spread_is_not_that_of_the_readings(
    error: float, room: float
) -> None:
    true = np.array([0.0, 0.1, 0.8, 0.1, 0.0])
    places, bins = pool(800, EVEN, error, 0)
    pictures, _ = pool(300, true, error, 1)
    found = matched(pictures, places, drawn_of(bins))
    assert np.abs(found.shares - true).max() < room
    spread = found.shares @ np.arange(BINS) ** 2 - (found.shares @ np.arange(BINS)) ** 2
    assert spread < 0.7  # the readings' own is 0.2 + error**2
    assert found.after < 0.2 * found.before


def test_restraint_keeps_shares_of_which_nothing_is_read() -> None:
    places, bins = pool(600, EVEN, 0.2, 2)
    pictures, _ = pool(200, EVEN, 0.2, 3)
    found = matched(pictures[:, 1:], places[:, 1:], drawn_of(bins), restraint=0.2)
    assert np.abs(found.shares - EVEN).max() < 0.08


def test_the_slope_is_that_of_the_distance() -> None:
    random = np.random.default_rng(0)
    owner = np.array([0, 0, 0, 1, 1])
    counts = columns([[int(random.integers(3)), 3 + int(random.integers(2))] for _ in range(30)], 5)
    among = np.abs(random.standard_normal((30, 1)) - random.standard_normal((1, 30)))
    drawn = Drawn(counts, owner, np.array([0.2, 0.3, 0.5, 0.4, 0.6]))
    problem = matching._Problem(random.random(30), (among + among.T) / 2, drawn, 0.3)
    at = random.standard_normal(5)
    error = check_grad(lambda x: problem(x)[0], lambda x: problem(x)[1], at)
    assert error < 1e-5


def test_the_distance_is_that_of_a_straight_sum() -> None:
    random = np.random.default_rng(1)
    pictures, places = random.standard_normal((12, 3)), random.standard_normal((20, 3))
    bins = [[int(random.integers(BINS))] for _ in places]
    found = matched(pictures, places, drawn_of(bins))

    def mean(a: Floats, b: Floats, weights: Floats) -> float:
        total = 0.0
        for one in a:
            total += sum(
                w * float(np.sqrt(((one - other) ** 2).sum()))
                for w, other in zip(weights, b, strict=True)
            )
        return total / len(a)

    own = mean(pictures, pictures, np.full(12, 1 / 12))
    inner = sum(
        w * mean(one[None], places, found.weights)
        for w, one in zip(found.weights, places, strict=True)
    )
    straight = (2 * mean(pictures, places, found.weights) - inner) / own - 1
    assert found.after == pytest.approx(straight, abs=1e-9)


def test_a_direction_tells_what_was_drawn_beside_larger_ones_that_do_not() -> None:
    random = np.random.default_rng(0)
    drawn = random.integers(0, 2, (500, 1)).astype(float)
    rows = np.concatenate(
        [drawn + 0.3 * random.standard_normal((500, 1)), random.standard_normal((500, 30))], axis=1
    )
    placed = projection(rows, drawn)(rows)
    best = max(abs(float(np.corrcoef(column, drawn[:, 0])[0, 1])) for column in placed.T)
    assert best > 0.8
