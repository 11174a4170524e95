"""The small measures of HR, each against what it should say of pictures that are made for it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter
from scipy.stats import norm

from realsr.estimation.codec.tables import luma_tables
from realsr.estimation.hr.coarseness import like_quality
from realsr.estimation.hr.flatness import flat_share
from realsr.estimation.hr.halos import halo
from realsr.estimation.hr.likeness import SIDE, thumbnail
from tests.photographs import synthetic


def luma(seed: int, height: int, width: int) -> np.ndarray:
    return synthetic(seed, height, width).astype(float) @ [0.299, 0.587, 0.114]


def bars(side: int = 192) -> np.ndarray:
    """Steps from 80 to 170, 24 px apart, as a lens leaves them, some across and some down."""
    across = np.where(np.arange(side) // 24 % 2, 170.0, 80.0)
    picture = np.tile(across, (side, 1))
    return gaussian_filter(np.hstack([picture, picture.T]), 0.8)


def sharpened(picture: np.ndarray, amount: float) -> np.ndarray:
    return np.asarray(picture + amount * (picture - gaussian_filter(picture, 1.5)))


@pytest.mark.parametrize("amount", [0.5, 1.0, 1.5])
def test_a_halo_is_as_high_as_sharpening_makes_it(amount: float) -> None:
    """Of a step blurred by s: the largest of (1 + a) Phi(x / s) - a Phi(x / sqrt(s^2 + 1.5^2)) - 1."""
    x = np.arange(0, 5) + 0.5
    wide = (0.8**2 + 1.5**2) ** 0.5
    profile = (1 + amount) * norm.cdf(x / 0.8) - amount * norm.cdf(x / wide) - 1
    found = halo(sharpened(bars(), amount))
    assert found == pytest.approx(profile.max(), abs=0.03)


def test_a_lens_makes_no_halo() -> None:
    found = halo(bars())
    assert found is not None
    assert abs(found) < 0.01


def test_halos_are_those_of_the_turned_and_the_negative_picture() -> None:
    picture = sharpened(bars(), 1.0)
    assert halo(picture) == halo(picture.T) == pytest.approx(halo(255.0 - picture), abs=1e-9)


@pytest.mark.parametrize("shape", [(1, 1), (8, 300), (18, 18), (19, 64)])
def test_too_few_steps_have_no_halo(shape: tuple[int, int]) -> None:
    assert halo(np.zeros(shape)) is None


def test_steps_at_the_ends_of_the_range_are_left_out() -> None:
    clipped = np.clip((bars() - 125) * 3 + 125, 0, 255)
    assert halo(clipped) is None


@given(st.integers(0, 16))
def test_the_share_of_empty_tiles_is_counted(empty: int) -> None:
    picture = luma(0, 64, 64) + np.random.default_rng(0).normal(0, 9, (64, 64))
    for tile in range(empty):
        row, column = divmod(tile, 4)
        picture[16 * row : 16 * row + 16, 16 * column : 16 * column + 16] = 77
    assert flat_share(picture) == empty / 16
    assert flat_share(np.pad(picture, ((0, 9), (0, 15)))) == empty / 16


def test_less_than_a_tile_has_no_share() -> None:
    assert flat_share(np.zeros((15, 300))) is None


@given(st.integers(1, 100), st.sets(st.integers(0, 63), max_size=60))
def test_standard_steps_are_like_themselves(quality: int, unknown: set[int]) -> None:
    row = luma_tables()[quality - 1]
    steps = [
        [None if 8 * y + x in unknown else int(row[8 * y + x]) for x in range(8)] for y in range(8)
    ]
    found = like_quality(steps)
    assert found is not None
    known = [number for number in range(64) if number not in unknown]
    assert (luma_tables()[found - 1][known] == row[known]).all()


def test_steps_of_another_shape_are_as_coarse_as_they_are() -> None:
    flat = [[16] * 8] * 8
    assert 55 <= (like_quality(flat) or 0) <= 85
    assert like_quality([[None] * 8] * 8) is None
    assert (like_quality([[4] * 8] * 8) or 0) > (like_quality(flat) or 0)


@given(st.floats(0.3, 1.0), st.floats(-20, 20), st.integers(60, 200), st.integers(60, 200))
def test_a_picture_is_known_again(gain: float, offset: float, height: int, width: int) -> None:
    picture = luma(3, 160, 160)
    other = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA) * gain + offset
    one, two = thumbnail(picture), thumbnail(other)
    assert one is not None
    assert two is not None
    assert float(one @ one) == pytest.approx(1, abs=1e-5)
    assert float(one @ two) > 0.97


def test_other_pictures_are_others() -> None:
    smalls = [thumbnail(luma(seed, 90, 120)) for seed in range(12)]
    rows = np.stack([small for small in smalls if small is not None])
    assert len(rows) == 12
    alike = rows @ rows.T - np.eye(12)
    assert alike.max() < 0.95


def test_what_has_nothing_in_it_is_not_known_again() -> None:
    assert thumbnail(np.full((64, 64), 90.0)) is None
    assert thumbnail(luma(0, SIDE - 1, 90)) is None


def test_a_halo_on_one_side_alone_is_none() -> None:
    """As beside a bright line; sharpening makes both."""
    found = halo(np.maximum(sharpened(bars(), 1.0), 80.0))
    assert found is not None
    assert abs(found) < 0.01
