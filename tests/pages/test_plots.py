"""A chart's pixels: everything finite is inside the frame, larger values lie higher, and names stand once."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realsr.pages.plots import AXES, Curve, Dots, plotted

places = st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)), min_size=1, max_size=8)


@given(places)
def test_all_is_inside_and_in_order(points: list[tuple[float, float]]) -> None:
    plot = plotted("t", "x", "y", dots=[Dots("d", "c0", [(x, y, "") for x, y in points])])
    ((_, shown),) = plot.dots
    assert len(shown) == len(points)
    for x, y, _ in shown:
        assert AXES.left < x < AXES.end
        assert AXES.top < y < AXES.floor
    for one, other in pairwise(points):
        first, second = shown[points.index(one)], shown[points.index(other)]
        assert (first[1] - second[1]) * (one[1] - other[1]) <= 0
        assert (first[0] - second[0]) * (one[0] - other[0]) >= 0
    for pixel, label in plot.x_ticks:
        assert AXES.left <= pixel <= AXES.end, label


def test_what_is_not_finite_is_left_out_and_names_stand_once() -> None:
    curve = Curve("a", "c0", [(0.0, 1.0), (1.0, math.inf), (2.0, 3.0)])
    plot = plotted("t", "x", "y", [curve, curve], [Dots("a", "c0", [(math.nan, 0.0, "")])])
    assert plot.names == [("a", "c0")]
    assert [places.count(",") for _, places in plot.curves] == [2, 2]
    assert plot.dots == [("c0", [])]
    assert plotted("t", "x", "y").curves == []


@pytest.mark.parametrize("value", [0.0, 5.0])
def test_a_single_point_has_an_axis(value: float) -> None:
    plot = plotted("t", "x", "y", dots=[Dots("d", "c0", [(value, value, "")])])
    ((_, ((x, y, _),)),) = plot.dots
    assert x == pytest.approx((AXES.left + AXES.end) / 2)
    assert y == pytest.approx((AXES.top + AXES.floor) / 2)
