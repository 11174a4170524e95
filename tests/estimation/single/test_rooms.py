"""What each estimator makes of the networks' outputs, and of what is known of the compression."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from realsr.estimation.codec.blocks import Floats
from realsr.estimation.codec.tables import luma_tables
from realsr.estimation.estimator import Inquiry
from realsr.estimation.findings import Findings, Measurement
from realsr.estimation.seen import Seen
from realsr.estimation.single.blur import NYQUIST, OF_GAUSSIAN, blur
from realsr.estimation.single.coding import UNCODED, BlockCoding
from realsr.estimation.single.look import LARGEST_SIDE, Look, coding_of, middle
from realsr.estimation.single.network import tensors
from realsr.estimation.single.noise import LEAST, noise
from realsr.estimation.single.resampling import FILTERS, resampling
from realsr.estimation.single.rows import predicted
from tests.estimation.codec.pictures import Bytes, crop, enlarged

CODED = BlockCoding((0, 0), luma_tables()[79])


def look(pixels: Bytes, coding: BlockCoding = UNCODED) -> Look:
    return Look(pixels, coding, np.array([math.log(min(pixels.shape[:2]))], np.float32))


def out(*values: float) -> Floats:
    return np.array(values, np.float32)


def test_groups_are_by_size_and_compression() -> None:
    small, large = crop(0, 100), crop(0, 128)
    found = [look(pixels, coding).group for pixels in (small, large) for coding in (UNCODED, CODED)]
    assert found == [0, 1, 2, 3]


@pytest.mark.parametrize("grey", [True, False])
def test_grey_noise_is_told_from_colour_noise(grey: bool) -> None:
    random, clean = np.random.default_rng(2), crop(0, 160)
    added = random.normal(0, 12, (160, 160, 1 if grey else 3))
    pixels = np.clip(np.rint(clean + added), 0, 255).astype(np.uint8)
    found = predicted(Seen(pixels), Inquiry(), Findings())
    assert found.estimates["noise_grey"].value is grey


def test_noise_that_may_be_none_has_an_interval_from_0_and_no_kind() -> None:
    found = noise(look(crop(0, 128)), out(math.log(0.6), -1.0, 9.0))
    size: Any = found.estimates["noise_sigma_255"]
    assert size.low == 0
    assert size.value == pytest.approx(0.6, rel=1e-5)
    assert "too little noise" in found.refused["noise_grey"]
    more: Any = noise(look(crop(0, 128)), out(math.log(20), -3.0, 9.0))
    assert more.estimates["noise_sigma_255"].low > LEAST
    assert more.estimates["noise_grey"].value is True


def test_sharpness_up_to_the_highest_frequency_may_be_no_blur() -> None:
    sharp: Any = blur(look(crop(0, 128)), out(math.log(0.49), 0.0)).estimates
    soft: Any = blur(look(crop(0, 128)), out(math.log(0.2), -4.0)).estimates
    assert (sharp["mtf50"].high, sharp["blur_sigma"].low) == (NYQUIST, 0.0)
    assert soft["mtf50"].high < NYQUIST
    assert soft["blur_sigma"].low == pytest.approx(OF_GAUSSIAN / soft["mtf50"].high)
    assert soft["blur_sigma"].high == pytest.approx(OF_GAUSSIAN / soft["mtf50"].low)


@pytest.mark.parametrize("coded", [False, True])
def test_each_threshold_is_that_of_its_compression(coded: bool) -> None:
    limit = float(tensors()["enlarged.limits"][int(coded)])
    picture = look(crop(0, 128), CODED if coded else UNCODED)
    for more, called in ((-0.01, False), (0.01, True)):
        found = resampling(picture, out(limit + more, math.log(2), -1.0, 0.0, 5.0, 0.0))
        assert ("resized_by" in found.estimates) is called
        assert ("resize_filter" in found.refused) is not called
    assert found.estimates["resize_filter"].value == FILTERS[1]


def test_filters_that_are_alike_are_not_told_apart() -> None:
    found = resampling(look(crop(0, 128)), out(99.0, math.log(2), -1.0, 1.0, 1.1, 0.9))
    assert "alike" in found.refused["resize_filter"]


@pytest.mark.parametrize(("log_width", "narrow"), [(-3.0, True), (0.0, False)])
def test_a_factor_is_read_from_its_period(log_width: float, narrow: bool) -> None:
    """A period of 0.27 is that of 1.37 and of 3.70: where both may be, the interval holds both."""
    picture = look(enlarged(crop(1, 200, "astronaut.png"), 1.37))
    found = resampling(picture, out(99.0, math.log(1.45), log_width, 0.0, 5.0, 0.0))
    one: Any = found.estimates["resized_by"]
    assert one.value == pytest.approx(1.37, abs=0.005)
    assert one.low <= 1.37 <= one.high
    assert (one.high - one.low < 0.02) is narrow
    assert (one.high > 3.7) is not narrow


def test_steps_that_are_not_known_count_as_the_coarsest() -> None:
    steps: list[list[int | None]] = [[3, None, *[2] * 6], *[[7, *[None] * 7] for _ in range(7)]]
    values: dict[str, Any] = {"jpeg_steps": steps, "jpeg_grid_y": 2, "jpeg_grid_x": 5}
    told = {name: Measurement(value, None, None, "", "", "") for name, value in values.items()}
    found = coding_of(Findings(told))
    assert found.grid == (2, 5)
    assert found.steps[:3].tolist() == [3, 7, 2]
    assert found.steps[8:10].tolist() == [7, 7]


@pytest.mark.parametrize("length", [300, LARGEST_SIDE, LARGEST_SIDE + 9, 3001])
def test_the_middle_keeps_the_grid(length: int) -> None:
    rows = np.arange(length) // 8 % 251
    pixels = np.broadcast_to(rows[:, None, None], (length, 60, 3)).astype(np.uint8)
    found = middle(pixels)
    assert found.shape == (min(length, LARGEST_SIDE), 60, 3)
    assert (found[:8] == found[0]).all()
    assert abs(2 * int(found[0, 0, 0]) - (length - len(found)) / 8) <= 2 or length > 2000
