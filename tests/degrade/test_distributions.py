"""Distributions: one uniform in, one value out, and the shape that was asked for."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from scipy import stats

from degrade.pipeline.distributions import Integer
from degrade.pipeline.specs import Spec, continuous, quantile, support
from degrade.pipeline.values import chooser, picker, rounded

ADAPTER: TypeAdapter[Any] = TypeAdapter(Spec)
GRID = (np.arange(20000) + 0.5) / 20000


def values(form: object, **earlier: float) -> list[Any]:
    spec = ADAPTER.validate_python(form)
    return [quantile(spec)(float(u), earlier) for u in GRID]


def test_uniform_fills_its_interval_evenly() -> None:
    drawn = values({"uniform": [2, 6]})
    assert stats.kstest(drawn, stats.uniform(2, 4).cdf).statistic < 1e-4
    assert min(drawn) >= 2
    assert max(drawn) <= 6


def test_log_uniform_is_uniform_in_the_logarithm() -> None:
    drawn = np.log(values({"log_uniform": [0.01, 100]}))
    low, high = math.log(0.01), math.log(100)
    assert stats.kstest(drawn, stats.uniform(low, high - low).cdf).statistic < 1e-4


def test_normal_and_cut_normal() -> None:
    drawn = values({"normal": {"mean": 3, "std": 2}})
    assert stats.kstest(drawn, stats.norm(3, 2).cdf).statistic < 1e-4
    cut = values({"normal": {"mean": 0, "std": 1, "low": -1, "high": 2}})
    assert stats.kstest(cut, stats.truncnorm(-1, 2).cdf).statistic < 1e-4
    assert min(cut) >= -1
    assert max(cut) <= 2


def test_integers_are_even_and_reach_both_ends() -> None:
    drawn = values({"integer": [7, 21, 2]})
    counts = np.bincount(drawn)
    assert set(np.flatnonzero(counts)) == set(range(7, 22, 2))
    assert np.ptp(counts[7:22:2]) <= 1
    assert all(isinstance(value, int) for value in drawn)


def test_choices_by_weight_and_even() -> None:
    drawn = values({"choice": {"a": 3, "b": 1, "never": 0}})
    assert drawn.count("a") == 15000
    assert drawn.count("never") == 0
    assert values({"choice": [1, 2]}).count(2) == 10000


def test_a_mixture_spends_one_uniform_on_branch_and_value() -> None:
    form = {
        "mixture": [
            {"weight": 1, "of": 1},
            {"weight": 1, "of": {"uniform": [1, 2]}},
            {"weight": 2, "of": {"integer": [5, 6]}},
        ]
    }
    drawn = np.array(values(form))
    assert np.count_nonzero(drawn == 1) == 5000
    assert np.count_nonzero(drawn == 5) == np.count_nonzero(drawn == 6) == 5000
    middle = drawn[(drawn > 1) & (drawn <= 2)]
    assert stats.kstest(middle, stats.uniform(1, 1).cdf).statistic < 2e-4


def test_given_by_table_by_equality_and_by_affine_map() -> None:
    table = ADAPTER.validate_python(
        {
            "given": "size",
            "cases": [{"equals": 7, "value": -1}, {"up_to": 11, "value": 1}, {"value": 2}],
        }
    )
    assert [quantile(table)(0.5, {"size": size}) for size in (7, 9, 11, 13)] == [-1, 1, 1, 2]
    same = ADAPTER.validate_python({"given": "sigma_x"})
    assert quantile(same)(0.1, {"sigma_x": 1.23456789012}) == 1.23456789012
    affine = ADAPTER.validate_python(
        {
            "given": "shot",
            "slope": 2.18,
            "intercept": 1.2,
            "plus": {"normal": {"mean": 0, "std": 1}},
        }
    )
    assert quantile(affine)(0.5, {"shot": -3.0}) == pytest.approx(2.18 * -3 + 1.2, abs=1e-8)


@pytest.mark.parametrize(
    ("text", "value"),
    [("pi", math.pi), ("-pi/3", -math.pi / 3), ("2*pi", 2 * math.pi), ("1e-3", 0.001)],
)
def test_numbers_as_people_write_them(text: str, value: float) -> None:
    assert ADAPTER.validate_python({"uniform": [text, 7]}).uniform[0] == value


@pytest.mark.parametrize(
    "form",
    [
        {"uniform": [2, 1]},
        {"uniform": [1]},
        {"log_uniform": [0, 1]},
        {"integer": [7, 20, 2]},
        {"choice": []},
        {"choice": {"a": 0}},
        {"choice": {"a": -1}},
        {"mixture": [{"weight": 0, "of": 1}]},
        {"normal": {"mean": 0, "std": 0}},
        {"given": "a", "cases": [{"up_to": 3, "value": 1}]},
        {"given": "a", "cases": [{"value": 1}], "slope": 2},
        {"uniform": [1, 2], "more": 1},
        {"unifrom": [1, 2]},
        {"uniform": [".nan", 1]},
        {"uniform": [0, float("inf")]},
    ],
)
def test_what_makes_no_sense_is_refused(form: object) -> None:
    with pytest.raises(ValidationError):
        ADAPTER.validate_python(form)


intervals = st.tuples(
    st.floats(-1e6, 1e6, allow_nan=False), st.floats(-1e6, 1e6, allow_nan=False)
).map(sorted)


@given(intervals, st.floats(0, 1, exclude_min=True, exclude_max=True))
def test_a_draw_stays_within_the_support_and_on_the_grid(bounds: list[float], u: float) -> None:
    spec = ADAPTER.validate_python({"uniform": bounds})
    low, high = support(spec, {})
    value = quantile(spec)(u, {})
    assert low <= value <= high
    assert value in (low, high) or value == rounded(value)


@given(
    st.floats(allow_nan=False, allow_infinity=False)
    | st.floats(0.09, 11)
    | st.integers(10**8 - 3, 10**9 + 3).map(lambda n: (n + 0.5) / 1e8)
    | st.integers(10**8 - 3, 10**9 + 3).map(lambda n: (n + 0.5) / 1e9)
)
def test_the_grid_is_that_of_nine_printed_digits(value: float) -> None:
    """To the bit, midway between two points of the grid and at the ends of a decade too."""
    for near in (value, math.nextafter(value, math.inf), math.nextafter(value, -math.inf)):
        assert not math.isfinite(near) or rounded(near) == float(f"{near:.9g}")


@given(
    st.lists(st.floats(0, 10), min_size=1, max_size=8).filter(any),
    st.floats(0, 1, exclude_min=True, exclude_max=True),
)
def test_choosing_and_picking_cut_alike(weights: list[float], u: float) -> None:
    """Both against the definition: the first part of positive weight whose end lies above u."""
    index, place = picker(weights)(u)
    assert chooser(range(len(weights)), weights)(u) == index
    assert weights[index] > 0
    assert 0 < place < 1
    total = math.fsum(weights)
    assert sum(weights[:index]) / total <= u + 1e-12
    assert u < sum(weights[: index + 1]) / total + 1e-12


def test_what_is_continuous() -> None:
    assert continuous(ADAPTER.validate_python({"uniform": [1, 2]}))
    assert not continuous(ADAPTER.validate_python({"uniform": [1, 1]}))
    assert not continuous(Integer(integer=(1, 2)))
    assert continuous(
        ADAPTER.validate_python({"mixture": [{"weight": 1, "of": {"uniform": [0, 1]}}]})
    )


@pytest.mark.parametrize("power", [0.5, -1.0])
def test_a_power_of_a_uniform_value_is_uniform_when_undone(power: float) -> None:
    form = {"uniform_power": {"low": 0.5, "high": 8, "power": power}}
    drawn = np.array(values(form))
    assert stats.kstest(drawn ** (1 / power), stats.uniform(0.5, 7.5).cdf).statistic < 1e-4
    low, high = support(ADAPTER.validate_python(form), {})
    assert (low, high) == tuple(sorted((rounded(0.5**power), rounded(8**power))))
    assert low <= drawn.min() <= drawn.max() <= high


@pytest.mark.parametrize("bounds", [{"low": 0, "high": 1}, {"low": 2, "high": 1}])
def test_a_power_of_a_uniform_value_needs_an_interval_above_zero(bounds: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        ADAPTER.validate_python({"uniform_power": {**bounds, "power": 0.5}})
