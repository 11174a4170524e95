"""Shot and read noise, and banding: their laws."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from pydantic import ValidationError

import degrade
from degrade.execute.singles import reference_step
from degrade.geometry import Size
from degrade.operators.sensor_noise import ROW_COLUMN_NOISE, SHOT_READ_NOISE, STRIP
from tests.forms import fast, planned
from tests.noise_statistics import LEVELS, assert_law, equal_channels, noise, record

FIVE_LEVELS = pytest.mark.parametrize("level", LEVELS)


@FIVE_LEVELS
@pytest.mark.parametrize(("shot", "read"), [(0.012, 3e-4), (1e-4, 6e-9), (1e-3, 1e-2)])
def test_shot_and_read(level: float, shot: float, read: float) -> None:
    values = {"log_shot": math.log(shot), "log_read": math.log(read)}
    found = noise(SHOT_READ_NOISE, level, **values)
    assert_law(found, 0.0, equal_channels(level * shot + read))


def test_below_black_there_is_read_noise_only() -> None:
    found = noise(SHOT_READ_NOISE, -0.3, log_shot=math.log(0.01), log_read=math.log(1e-3))
    assert_law(found, 0.0, equal_channels(1e-3))


@pytest.mark.parametrize("channels", [1, 3])
def test_the_fast_form_has_the_bits_of_the_law(channels: int) -> None:
    """Across the ends of strips, with values below black and above white."""
    image = np.random.default_rng(3).normal(0.4, 0.5, (137, 161, channels)).astype(np.float32)
    assert image.size > STRIP
    kept = image.copy()
    for shot, read in ((0.012, 3e-4), (1.0, 1e-9)):
        values = record(SHOT_READ_NOISE, log_shot=math.log(shot), log_read=math.log(read))
        step = planned(SHOT_READ_NOISE, values, Size(137, 161))
        expected = reference_step(step, torch.from_numpy(image).permute(2, 0, 1)[None])[0]
        got = fast(SHOT_READ_NOISE, image, values)
        np.testing.assert_array_equal(got, expected.permute(1, 2, 0).numpy())
        np.testing.assert_array_equal(image, kept)


def test_shot_and_read_strength_and_range() -> None:
    values = record(SHOT_READ_NOISE, log_shot=math.log(0.01), log_read=math.log(1e-4))
    strength = SHOT_READ_NOISE.facts.strength(values)
    assert strength["black_noise_sigma_255"] == pytest.approx(2.55)
    assert strength["mid_grey_noise_sigma_255"] == pytest.approx(18.245, rel=1e-4)
    assert SHOT_READ_NOISE.words.phrase(values) == "shot noise 0.01, read noise 0.0001"
    for wrong in ({"log_shot": 0.1, "log_read": -9}, {"log_shot": -3}):
        with pytest.raises(ValidationError):
            record(SHOT_READ_NOISE, **wrong)


@FIVE_LEVELS
@pytest.mark.parametrize("grey", [False, True])
@pytest.mark.parametrize(("rows", "columns"), [(10.0, 0.0), (0.0, 6.0), (8.0, 12.0)])
def test_banding(level: float, rows: float, columns: float, grey: bool) -> None:
    """Along a row the row's number is shared, along a column the column's."""
    values = {"row_sigma_255": rows, "column_sigma_255": columns}
    found = noise(ROW_COLUMN_NOISE, level, grey=grey, **values)
    variance = (rows**2 + columns**2) / 255**2
    along_row, along_column = rows**2 / 255**2 / variance, columns**2 / 255**2 / variance
    lags = {(0, 1): along_row, (0, 9): along_row, (1, 0): along_column, (1, 1): 0.0, (3, 2): 0.0}
    assert_law(found, 0.0, equal_channels(variance, grey), lags)


def test_grey_banding_of_two_samples_is_uncorrelated() -> None:
    found = noise(ROW_COLUMN_NOISE, 0.5, keys=400, row_sigma_255=10.0, grey=True)
    first, second = found[::2, :, 0, 0].ravel(), found[1::2, :, 0, 0].ravel()
    assert abs(np.corrcoef(first, second)[0, 1]) < 4 / math.sqrt(first.size)


BROOKS = """
name: brooks
lr:
  - op: shot_read_noise
    log_shot: {uniform: [-9.210340372, -4.422848629]}
    log_read: {given: log_shot, slope: 2.18, intercept: 1.2, plus: {normal: {mean: 0, std: 0.26, low: -1, high: 1}}}
"""


def test_the_published_draw_of_read_given_shot() -> None:
    traces = degrade.draw(degrade.parse_pipeline(BROOKS), degrade.keys(0, map(str, range(2000))))
    shot = np.array([trace.lr[0].values["log_shot"] for trace in traces], float)
    read = np.array([trace.lr[0].values["log_read"] for trace in traces], float)
    assert shot.min() > math.log(1e-4) - 1e-6
    assert shot.max() < math.log(0.012) + 1e-6
    rest = read - 2.18 * shot - 1.2
    assert abs(rest.mean()) < 4 * 0.26 / math.sqrt(2000)
    assert abs(rest.std() - 0.26) < 4 * 0.26 / math.sqrt(4000)
