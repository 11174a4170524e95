"""The benchmark of one picture: its cases are what they say, its intervals are by picture."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.one_picture.degradations import Case, blurred, enlarged, kept, noisy, stated, told
from benchmarks.one_picture.history import moved, once, value
from benchmarks.one_picture.pictures import Answers
from benchmarks.one_picture.pictures import told as compressions
from realsr.estimation.single.look import coding_of
from tests.estimation.codec.pictures import crop


def test_intervals_are_drawn_by_picture() -> None:
    alike, apart = Answers(), Answers()
    for place in range(400):
        alike.add(place, place % 2)
        apart.add(place % 2, place % 2)
    narrow, wide = alike.line("a", ">= 1 %"), apart.line("a", ">= 1 %")
    assert "| 50.0% |" in narrow
    assert "| 50.0% | 0.0% to 100.0% | 400 |" in wide
    low, high = (float(end) for end in narrow.split("|")[4].replace("%", "").split("to"))
    assert high - low == pytest.approx(2 * 1.96 * 2.5, abs=1.5)


def test_a_row_without_cases_has_no_number() -> None:
    assert "nan" in Answers().line("a", "")


def test_a_case_saved_once_lies_on_its_grid() -> None:
    case = once(np.random.default_rng(5), crop(0, 300), 128)
    found = compressions(case.pixels)
    assert (value(found, "jpeg_grid_y"), value(found, "jpeg_grid_x")) == case.grid
    assert abs(value(found, "jpeg_quality") - case.quality) <= 2


def test_a_moved_case_was_saved_before_at_less() -> None:
    case = moved(np.random.default_rng(2), crop(0, 300), 128)
    assert 30 <= case.first <= case.quality - 15


def test_degraded_cases_know_their_quality() -> None:
    random, pixels = np.random.default_rng(0), crop(0, 300)
    case = noisy(5, 6, (75, 96))(random, pixels)
    assert 75 <= case.quality < 96
    assert 5 <= case.truth <= 6
    first = value(compressions(case.pixels), "jpeg_steps")[0][0]
    assert coding_of(stated(case.quality)).steps[0] == first
    assert not coding_of(stated(0)).known


def test_enlarged_cases_are_of_one_side() -> None:
    random, pixels = np.random.default_rng(0), crop(0, 300)
    for make in (enlarged(128, 80), enlarged(128, 0, 1.25, "lanczos"), kept(128, 80)):
        assert make(random, pixels).pixels.shape == (128, 128, 3)


def test_a_blurred_case_is_an_lr_of_its_pipeline() -> None:
    case = blurred("gaussian8", 4)(np.random.default_rng(0), crop(0, 300))
    assert case.pixels.shape == (75, 75, 3)
    assert 0.1 < case.truth < 0.5
    assert case.quality == 0


def test_all_is_told_of_a_case() -> None:
    case = Case(crop(0, 96), 1.0, 0)
    assert set(told(case, from_pixels=False).estimates) >= {"noise_sigma_255", "mtf50"}
