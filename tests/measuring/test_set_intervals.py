"""What a set's interval holds: nothing that its quantity cannot be."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realsr.estimation.estimator import Quantity
from realsr.estimation.pair import kernel_rows
from realsr.estimation.table import PAIR_ROWS, PICTURE_ROWS, quantities
from realsr.measuring.summary import together

WORDS = {"level": 0.95, "unit": "", "method": "m", "assumes": ""}
RANGED = [
    one
    for rows in (PICTURE_ROWS, PAIR_ROWS)
    for one in quantities(rows).values()
    if math.isfinite(one.least)
]


def told(value: float, low: float, high: float) -> dict[str, Any]:
    return {"value": value, "low": low, "high": high, **WORDS}


@pytest.mark.parametrize("quantity", RANGED, ids=lambda one: one.name)
@given(st.lists(st.tuples(*[st.floats(0, 1)] * 3).map(sorted), min_size=1, max_size=6))
def test_a_set_stays_in_the_range_of_its_quantity(
    quantity: Quantity, ends: list[list[float]]
) -> None:
    reach = min(quantity.most, 100.0) - quantity.least
    shown = [[quantity.within(quantity.least + reach * end) for end in one] for one in ends]
    found = together([told(one[1], one[0], one[2]) for one in shown], quantity)
    assert quantity.least <= found["low"] <= found["value"] <= found["high"] <= quantity.most


def test_quantities_that_have_no_sign_say_so() -> None:
    names = {one.name for one in RANGED}
    wanted = {"noise_sigma_255", "blur_sigma", "mtf50", "resized_by", "jpeg_quality", "sharpening"}
    assert names >= wanted


def test_wide_above_and_narrow_below_stays_so() -> None:
    quantity = Quantity("sigma", "", "")
    found = together([told(2.0, 1.5, 7.0)], quantity)
    assert found["low"] == pytest.approx(1.5, abs=0.1)
    assert found["high"] == pytest.approx(7.0, abs=0.5)


def test_two_quiet_pictures_have_no_noise_below_none() -> None:
    shown = [told(1.9, 0.0, 6.4), told(2.2, 0.0, 6.9)]
    found = together(shown, quantities(PICTURE_ROWS)["noise_sigma_255"])
    assert found["low"] >= 0
    assert found["high"] <= 6.9


def test_a_pair_has_no_sharpening_below_none() -> None:
    found = kernel_rows.number("sharpening", 0.1, 1.0, "m", "")
    assert found.low == 0.0
    assert isinstance(found.high, float)
    assert found.high > 1.0
