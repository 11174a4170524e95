"""HR -1 or 1 behind one LR: the errors are those that can be worked out by hand."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from realsr.ganlab.two_modes.exact import PRICE, STARTS, exact, expected_absolute, expected_squared
from realsr.ganlab.two_modes.page import exact_values


def test_the_toy_is_within_one_percent() -> None:
    found = exact()
    mean, between, mode, sample = found.told
    assert mean.squared == pytest.approx(1.0, rel=0.01)
    assert between.squared == pytest.approx(1.25, rel=0.01)
    assert mode.squared == pytest.approx(2.0, rel=0.01)
    assert sample.squared == pytest.approx(2.0, rel=0.01)
    assert all(one.absolute == pytest.approx(1.0, rel=0.01) for one in found.told)
    assert found.price == pytest.approx(3.0103, rel=0.01)
    assert pytest.approx(3.0103, abs=1e-4) == PRICE
    for one in found.told:
        assert (one.squared, one.absolute) == (
            pytest.approx(one.expected_squared, rel=0.01),
            pytest.approx(one.expected_absolute, rel=0.01),
        )


def test_trained_answers_come_to_rest_where_they_must() -> None:
    ends = exact(draws=10).ends
    assert all(abs(end) < 1e-3 for end in ends["mse"])
    # Every point between is a median, so a balanced L1 has nowhere to go.
    assert ends["l1"] == pytest.approx(STARTS)


@given(st.floats(-3, 3))
def test_expected_errors_are_means_over_both_truths(answer: float) -> None:
    squared = sum((answer - hr) ** 2 for hr in (-1, 1)) / 2
    absolute = sum(abs(answer - hr) for hr in (-1, 1)) / 2
    assert expected_squared(answer) == pytest.approx(squared)
    assert expected_absolute(answer) == pytest.approx(absolute)


def test_a_seed_repeats_and_the_caller_s_generator_stays() -> None:
    before = torch.get_rng_state()
    assert exact(3, draws=100) == exact(3, draws=100)
    assert exact(3, draws=100).price != exact(4, draws=100).price
    assert torch.equal(torch.get_rng_state(), before)


def test_the_page_s_values() -> None:
    values = exact_values(exact(draws=1000))
    assert values["exact_rows"][0] == ["the mean, 0", "1.000", "1.000", "1.000", "1.000"]
    assert [row[0] for row in values["exact_ends"]] == ["-0.8", "-0.2", "0.5"]
    assert math.isfinite(values["exact_price"])
    plot = values["exact_plot"]
    assert {name for name, _ in plot.names} == {
        "squared",
        "absolute",
        "the mean, squared",
        "a sample, squared",
    }
    # The sample's squared error lies above the mean's: nearer to the top, that is at a smaller pixel.
    (_, [(_, mean, _)]), (_, [(_, sample, _), _]) = plot.dots
    assert sample < mean
