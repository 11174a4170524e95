"""Clamping and quantising."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from pydantic import ValidationError

from degrade.geometry import Placement, Size
from degrade.operators.base import Group
from degrade.operators.levels import CLAMP, QUANTISE, ClampParameters, QuantiseParameters
from degrade.operators.row import Operator
from tests.forms import fast


def run(operator: Operator[Any], values: np.ndarray, records: list[Any]) -> np.ndarray:
    """The kernel on one row of values a sample, checked against the fast form."""
    size = Size(1, values.shape[-1])
    group = Group(
        records, [size] * len(records), [Placement(size)] * len(records), torch.device("cpu")
    )
    canvas = torch.from_numpy(values.astype(np.float32)).expand(len(records), 1, 1, -1)
    out = operator.forms.kernel(canvas, group)[:, 0, 0].numpy()
    assert operator.forms.single is not None
    for got, record in zip(out, records, strict=True):
        image = values.astype(np.float32)[None, :, None]
        before = image.copy()
        single = fast(operator, image, record)
        assert np.array_equal(single[0, :, 0], got)
        assert single.dtype == np.float32
        assert np.array_equal(image, before)
    return out


def test_clamp_brings_values_into_each_samples_range() -> None:
    values = np.array([-3.0, 0.0, 0.1, 0.5, 0.8, 1.0, 9.0])
    out = run(CLAMP, values, [ClampParameters(), ClampParameters(low=0.1, high=0.8)])
    assert np.array_equal(out[0], np.clip(values, 0, 1).astype(np.float32))
    assert np.array_equal(out[1], np.clip(values, 0.1, 0.8).astype(np.float32))


@pytest.mark.parametrize("levels", [2, 16, 256, 1024, 65536])
def test_levels_in_float32_are_fixed_points(levels: int) -> None:
    values = (np.arange(levels) / (levels - 1)).astype(np.float32)
    assert np.array_equal(run(QUANTISE, values, [QuantiseParameters(levels=levels)])[0], values)


def test_quantise_rounds_to_the_nearest_level_and_clamps_nothing() -> None:
    values = np.random.default_rng(0).uniform(-0.5, 1.5, 4000).astype(np.float32)
    out = run(QUANTISE, values, [QuantiseParameters(), QuantiseParameters(levels=11)])
    for got, steps in zip(out, (255, 10), strict=True):
        assert np.abs(got - values).max() <= 0.5 / steps + 1e-7
        assert np.abs(got * steps - np.rint(got * steps)).max() < 1e-4
        assert got.min() < -0.4
        assert got.max() > 1.4


def test_halves_go_to_even() -> None:
    out = run(QUANTISE, np.array([0.125, 0.375, 0.625, 0.875]), [QuantiseParameters(levels=5)])
    assert out[0].tolist() == [0.0, 0.5, 0.5, 1.0]


def test_they_run_where_no_value_can_be_read() -> None:
    size = Size(4, 5)
    images = torch.empty((2, 3, 4, 5), device="meta")
    for operator in (CLAMP, QUANTISE):
        records = [operator.parameters()] * 2
        group = Group(records, [size] * 2, [Placement(size)] * 2, torch.device("meta"))
        assert operator.forms.kernel(images, group).shape == images.shape


def test_records() -> None:
    with pytest.raises(ValidationError, match="expected low below high"):
        ClampParameters(low=1.0, high=0.0)
    for levels in (1, 65537):
        with pytest.raises(ValidationError):
            QuantiseParameters(levels=levels)
    assert CLAMP.words.phrase(ClampParameters()) == "clamp to 0..1"
    assert QUANTISE.words.phrase(QuantiseParameters()) == "round to 256 levels"
