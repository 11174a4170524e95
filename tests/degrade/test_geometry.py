"""Maps of coordinates: each by its definition, and two after one another."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from degrade.geometry import Axis, Size, covering_axis, factor_axis, scaled

axes = st.builds(Axis, st.floats(0.1, 8), st.floats(-3, 3))


@given(axes, axes, st.floats(-50, 50))
def test_two_maps_after_one_another_are_the_map_of_both(
    first: Axis, second: Axis, place: float
) -> None:
    assert first.after(second)(place) == pytest.approx(first(second(place)), abs=1e-9)


@given(st.integers(1, 500), st.integers(1, 500))
def test_both_images_span_the_same_extent(size_in: int, size_out: int) -> None:
    axis = covering_axis(size_in, size_out)
    assert axis(-0.5) == pytest.approx(-0.5, abs=1e-9)
    assert axis(size_out - 0.5) == pytest.approx(size_in - 0.5, abs=1e-9)


@given(st.floats(0.1, 8))
def test_a_stated_factor_keeps_the_first_edge(factor: float) -> None:
    axis = factor_axis(factor)
    assert axis(-0.5) == pytest.approx(-0.5, abs=1e-9)
    assert axis(factor - 0.5) == pytest.approx(0.5, abs=1e-9)


def test_sizes_are_rounded_as_asked_and_never_nothing() -> None:
    assert scaled(Size(5, 7), 0.5) == Size(3, 4)
    assert scaled(Size(5, 7), 0.5, "floor") == Size(2, 3)
    assert scaled(Size(1, 9), 0.1) == Size(1, 1)
