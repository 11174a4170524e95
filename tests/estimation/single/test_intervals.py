"""Intervals widen with the network's width, and take the factor of their kind."""

from __future__ import annotations

import math

import numpy as np
import pytest

from realsr.estimation.single.intervals import GROUPS, SPLITS, interval, kind, stretched
from realsr.estimation.single.network import tensors


def test_an_interval_is_a_factor_up_and_down() -> None:
    value, low, high = interval(math.log(4), math.log(0.1), 2.0)
    assert value == pytest.approx(4)
    assert high / value == pytest.approx(value / low) == pytest.approx(math.exp(0.2))


def test_a_width_out_of_bounds_is_cut_off() -> None:
    assert interval(0, 9, 1.0) == interval(0, 2, 1.0)
    assert interval(0, -9, 1.0) == interval(0, -4, 1.0)


@pytest.mark.parametrize("name", SPLITS)
def test_each_kind_has_its_factor(name: str) -> None:
    group = np.repeat(np.arange(GROUPS), 2)
    mean = np.tile(SPLITS[name] + np.array([-0.1, 0.1]), GROUPS).astype(np.float32)
    places = kind(name, group, mean)
    assert sorted(places.tolist()) == list(range(2 * GROUPS))
    factors = tensors()[f"{name}.stretch"]
    assert factors.shape == (2 * GROUPS,)
    assert factors.min() > 0
    for place, number, answer in zip(places, group, mean, strict=True):
        _, low, high = stretched(name, int(number), float(answer), -1.0)
        assert math.log(high / low) / 2 == pytest.approx(factors[place] * math.exp(-1), rel=1e-5)
