"""Drift, tiles and spikes: by hand, by straight lines, and told apart picture by picture."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from realsr.metrics.drift import (
    brightness_drift,
    channel_drift,
    colour_drift,
    period_spikes,
    spike,
    worst_tile,
    worst_tile_psnr,
)
from realsr.metrics.errors import NotDefinedError
from realsr.metrics.interpolation import cut_to_multiple, enlarged, reduced
from realsr.metrics.planted import REQUIRED, roc_area


def planes(seed: int = 0, side: int = 20) -> np.ndarray:
    return np.random.default_rng(seed).uniform(50, 200, (side, side, 3))


@given(st.floats(-40, 40), st.floats(-40, 40), st.floats(-40, 40))
def test_drifts_by_hand(red: float, green: float, blue: float) -> None:
    hr = planes()
    sr = hr + np.array([red, green, blue])
    assert channel_drift(sr, hr) == pytest.approx((red, green, blue), abs=1e-9)
    assert brightness_drift(sr, hr) == pytest.approx(abs(red + green + blue) / 3, abs=1e-9)
    mean = (red + green + blue) / 3
    apart = math.sqrt(sum((one - mean) ** 2 for one in (red, green, blue)) / 3)
    assert colour_drift(sr, hr) == pytest.approx(apart, abs=1e-9)


def test_brightness_is_no_colour_and_shuffling_is_neither() -> None:
    hr = planes()
    assert colour_drift(hr + 9, hr) == pytest.approx(0.0, abs=1e-9)
    assert brightness_drift(hr + np.array([6.0, -3.0, -3.0]), hr) == pytest.approx(0.0, abs=1e-9)
    assert brightness_drift(hr[::-1], hr) == pytest.approx(0.0, abs=1e-9)


@given(st.integers(3, 40), st.integers(3, 40), st.integers(2, 12), st.integers(0, 5))
def test_the_worst_tile_straight_on(height: int, width: int, side: int, seed: int) -> None:
    values = np.random.default_rng(seed).integers(0, 9, (height, width)).astype(float)
    rows, columns = min(side, height), min(side, width)
    found = worst_tile(values, side)
    assert found.value == pytest.approx(
        values[found.top : found.top + rows, found.left : found.left + columns].mean()
    )
    places = [
        (y, x)
        for y in {*range(0, height - rows + 1, max(1, rows // 2)), height - rows}
        for x in {*range(0, width - columns + 1, max(1, columns // 2)), width - columns}
    ]
    means = [values[y : y + rows, x : x + columns].mean() for y, x in places]
    assert found.value == pytest.approx(max(means))
    assert values.mean() <= found.value + 1e-9 or len(places) > 1


def test_the_worst_tile_is_worse_than_the_picture() -> None:
    hr = np.full((128, 128, 3), 100.0)
    sr = hr.copy()
    sr[64:, 64:] += 10
    assert worst_tile_psnr(sr, hr) == pytest.approx(20 * math.log10(255 / 10))
    assert worst_tile(((sr - hr) ** 2).mean(2))[1:] == (64, 64)
    assert worst_tile_psnr(hr, hr) == math.inf


@pytest.mark.parametrize("period", [2, 3, 4])
@pytest.mark.parametrize("axis", [0, 1])
def test_a_pattern_of_the_period_stands_out(period: int, axis: int) -> None:
    side = 32 * period
    at = np.arange(side)
    wave = 4 * np.cos(2 * math.pi * at / period + 0.3)
    pattern = wave[:, None] if axis == 0 else wave[None]
    grain = np.random.default_rng(0).normal(0, 4, (side, side))
    image = 120 + grain
    assert spike(image, period) < 12
    assert spike(image + pattern, period) > 25
    assert period_spikes(image + pattern, image, period) > 15
    assert period_spikes(image, image + pattern, period) == 0
    # The same wave at another frequency is none of the period.
    other = 4 * np.cos(2 * math.pi * at / (period * 1.37))
    assert spike(image + (other[:, None] if axis == 0 else other[None]), period) < 12


def test_a_sine_has_its_own_power() -> None:
    """Amplitude 10 is a power of 50; its surroundings are the floor of 0.01: 37 dB."""
    wave = 10 * np.cos(2 * math.pi * np.arange(64) / 4)
    assert spike(np.repeat(wave[:, None], 64, 1), 4) == pytest.approx(
        10 * math.log10(50.01 / 0.01), abs=0.1
    )


def test_what_is_too_small_has_no_spike() -> None:
    with pytest.raises(NotDefinedError, match="it takes 64 px"):
        spike(np.zeros((63, 80)), 4)
    with pytest.raises(NotDefinedError, match="period of 1"):
        spike(np.zeros((63, 80)), 1)


@pytest.fixture(scope="module")
def crops() -> list[tuple[np.ndarray, np.ndarray]]:
    """(answer, HR) of eight parts of photographs, float planes."""
    data = pytest.importorskip("skimage.data")
    found = []
    for name in ("astronaut", "chelsea", "coffee", "rocket"):
        picture = cut_to_multiple(getattr(data, name)(), 4)
        for top in (40, 140):
            hr = np.ascontiguousarray(picture[top : top + 128, 120:264])
            found.append((enlarged(reduced(hr, 4), 4).astype(float), hr.astype(float)))
    return found


def area(honest: list[float], planted: list[float]) -> float:
    values = np.array([honest + planted])
    return roc_area(values, np.array([[False] * len(honest) + [True] * len(planted)]))


def test_pictures_with_planted_faults_are_told_apart(crops) -> None:
    rows, columns = np.ogrid[:128, :144]
    checker = np.where((rows % 4 == 0) & (columns % 4 == 0), 12.0, -0.8)[..., None]
    patch = np.zeros((128, 144, 1))
    patch[30:90, 30:90] = 14.0
    faults = {
        "spikes": (checker, lambda sr, hr: period_spikes(sr.mean(2), hr.mean(2), 4)),
        "brightness": (np.full(3, 6.0), brightness_drift),
        "colour": (np.array([4.0, -4.0, 2.0]), colour_drift),
    }
    for name, (fault, score) in faults.items():
        honest = [score(sr, hr) for sr, hr in crops]
        planted = [score(np.clip(sr + fault, 0, 255), hr) for sr, hr in crops]
        assert area(honest, planted) > REQUIRED, (name, honest, planted)
    # A fault in one place moves the worst tile more than it moves the whole picture.
    for sr, hr in crops:
        whole = ((sr - hr) ** 2).mean(), ((sr + patch - hr) ** 2).mean()
        tile = worst_tile_psnr(sr, hr), worst_tile_psnr(sr + patch, hr)
        assert tile[1] <= tile[0] + 1e-9
        assert 10 * math.log10(255**2 / whole[1]) > tile[1]
