"""The camera's operators: noise on the sensor, sizes, patterns, clipping, and a photograph."""

from __future__ import annotations

import math
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from PIL import Image
from pydantic import ValidationError

from degrade.execute.batched import run_batched
from degrade.execute.singles import run_singles
from degrade.functional.demosaic import METHODS, RED_AT
from degrade.geometry import Size
from degrade.operators.camera import BAYER_DEMOSAIC, CAMERA, CameraParameters
from tests.forms import fast, planned
from tests.noise_statistics import record

Floats = npt.NDArray[np.float32]
NO_MATRIX = dict.fromkeys(("nexus_6p", "sony_a7r", "olympus_em10", "sony_rx100"), 0.0)
PLAIN = {
    **NO_MATRIX,
    "exposure": 1.0,
    "red_gain": 1.0,
    "blue_gain": 1.0,
    "tone": False,
    "clip": False,
}
QUIET = {"log_shot": -30.0, "log_read": -30.0}
every_pattern = pytest.mark.parametrize("pattern", list(RED_AT))
every_method = pytest.mark.parametrize("method", list(METHODS))


def taken(image: Floats, **values: Any) -> Floats:
    return np.asarray(fast(CAMERA, image, record(CAMERA, **values)))


def encode(light: Any) -> Any:
    """The sRGB transfer, of positive light."""
    return np.where(light <= 0.04045 / 12.92, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)


def decode(values: Any) -> Any:
    """Its inverse, odd about zero."""
    size = np.abs(values)
    light = np.where(size <= 0.04045, size / 12.92, ((size + 0.055) / 1.055) ** 2.4)
    return np.sign(values) * light


@pytest.mark.parametrize("level", [0.02, 0.18, 0.4, 0.7, 1.0])
@pytest.mark.parametrize(("shot", "read"), [(0.01, 3e-4), (2e-3, 1e-5)])
@every_pattern
def test_noise_on_the_raw_values(level: float, shot: float, read: float, pattern: str) -> None:
    """With gains of 1, no matrix and no clipping a pixel's own colour is its raw value: mean and variance."""
    side = 240
    flat = np.full((side, side, 3), encode(level), np.float32)
    out = taken(
        flat,
        **PLAIN,
        log_shot=math.log(shot),
        log_read=math.log(read),
        pattern=pattern,
        method="bilinear",
        key="1" * 16,
    )
    own = np.empty((side, side))
    for place, letter in enumerate(pattern):
        block = (slice(place // 2, None, 2), slice(place % 2, None, 2))
        own[block] = decode(out[(*block, "rgb".index(letter))].astype(np.float64))
    found, variance = own - decode(np.float64(flat[0, 0, 0])), level * shot + read
    assert abs(found.mean()) < 4 * math.sqrt(variance / found.size)
    assert abs(found.var() - variance) < 4 * variance * math.sqrt(2 / found.size)
    for near in (found[:, :-1] * found[:, 1:], found[:-1] * found[1:]):
        assert abs(near.mean()) < 4 * variance / math.sqrt(near.size)


def test_gains_make_each_colour_darker_on_the_sensor_and_its_noise_larger() -> None:
    """Light divided by its gain, noise of the law there, and both multiplied by the gain again."""
    light, shot, read = 0.6, 0.004, 1e-4
    flat = np.full((300, 300, 3), encode(light), np.float32)
    noise = {"log_shot": math.log(shot), "log_read": math.log(read)}
    values = {**PLAIN, **noise, "exposure": 0.5, "red_gain": 2.2, "blue_gain": 1.5}
    out = decode(taken(flat, **values, method="bilinear").astype(np.float64))
    for channel, gain, own in (
        (0, 4.4, out[::2, ::2]),
        (1, 2.0, out[::2, 1::2]),
        (2, 3.0, out[1::2, 1::2]),
    ):
        found, variance = own[..., channel] - light, gain**2 * (light / gain * shot + read)
        assert abs(found.mean()) < 4 * math.sqrt(variance / found.size)
        assert abs(found.var() - variance) < 4 * variance * math.sqrt(2 / found.size)


@every_pattern
@every_method
@pytest.mark.parametrize("tone", [False, True])
def test_a_noiseless_flat_picture_comes_back(pattern: str, method: str, tone: bool) -> None:
    flat = np.full((9, 12, 3), (0.3, 0.5, 0.7), np.float32)
    out = taken(flat, **QUIET, pattern=pattern, method=method, tone=tone)
    assert np.abs(out - flat).max() < 1e-5


@pytest.mark.parametrize("shape", [(1, 1), (1, 6), (5, 1), (2, 2), (3, 2)])
@every_pattern
@every_method
def test_any_size(shape: tuple[int, int], pattern: str, method: str) -> None:
    """A side of one pixel falls on two of the sensor, so no colour is missing."""
    flat = np.full((*shape, 3), (0.3, 0.5, 0.7), np.float32)
    assert np.abs(taken(flat, **QUIET, pattern=pattern, method=method) - flat).max() < 1e-5
    kept = fast(BAYER_DEMOSAIC, flat, record(BAYER_DEMOSAIC, pattern=pattern, method=method))
    assert np.abs(kept - flat).max() < 1e-6


@every_pattern
@every_method
def test_nothing_moves(pattern: str, method: str) -> None:
    """The centre of mass of light, in each colour, through the whole chain."""
    y, x = np.mgrid[:45, :45].astype(float)
    spot = np.exp(-((y - 21.3) ** 2 + (x - 22.6) ** 2) / (2 * 3.0**2))
    light = 0.1 + spot[..., None] * (0.3, 0.25, 0.2)
    image = encode(light).astype(np.float32)
    found = decode(taken(image, **QUIET, pattern=pattern, method=method).astype(float)) - 0.1
    for channel in range(3):
        mass = found[..., channel] / found[..., channel].sum()
        assert abs((mass * y).sum() - 21.3) < 0.01
        assert abs((mass * x).sum() - 22.6) < 0.01


def test_the_smallest_pictures_are_the_same_beside_larger_ones() -> None:
    sizes = [Size(1, 1), Size(20, 31), Size(1, 7), Size(2, 2), Size(16, 1)]
    patterns, methods = cycle(RED_AT), cycle(METHODS)
    plans, images = [], []
    for index, size in enumerate(sizes):
        values: dict[str, Any] = {"pattern": next(patterns), "method": next(methods)}
        values |= {"log_shot": -5.0, "log_read": -9.0, "key": f"{index:016x}"}
        plans.append((planned(CAMERA, record(CAMERA, **values), size),))
        images.append(torch.rand((3, *size), generator=torch.Generator().manual_seed(index)))
    together = run_batched(plans, images)
    for plan, image, found in zip(plans, images, together, strict=True):
        assert torch.equal(found, run_batched([plan], [image])[0])
        assert (found - run_singles([plan], [image], 1)[0]).abs().max() < 5e-7


def test_clipping_ends_at_black_and_white_and_keeps_white() -> None:
    noisy = {"log_shot": math.log(0.01), "log_read": math.log(1e-3), "tone": False}
    for level in (0.0, 1.0):
        flat = np.full((40, 40, 3), level, np.float32)
        clipped, free = taken(flat, **noisy), taken(flat, **noisy, clip=False)
        assert clipped.min() >= 0
        assert clipped.max() <= 1
        assert free.min() < level < free.max()
    assert np.abs(taken(np.ones((8, 8, 3), np.float32), **QUIET) - 1).max() < 1e-6


def test_highlights_below_white_saturate_where_the_camera_clips() -> None:
    """Exposed at 1.2, a white surface is above the sensor's white level: a lighter half tone is lost."""
    light = np.full((8, 8, 3), encode(0.88), np.float32)
    assert (
        taken(light, **QUIET, exposure=1.2, tone=False).min()
        < taken(light, **QUIET, exposure=1.0, tone=False).min()
    )


def test_strength_is_the_noise_of_a_green_pixel() -> None:
    """In the finished picture, measured at green pixels, with and without the tone curve."""
    flat = np.full((200, 200, 3), 128 / 255, np.float32)
    for tone in (False, True):
        values = {**PLAIN, "tone": tone, "exposure": 0.7, "log_shot": -8.0, "log_read": -14.0}
        out = taken(flat, **values, method="malvar").astype(np.float64)
        found = 255 * np.concatenate([out[0::2, 1::2, 1], out[1::2, 0::2, 1]]).std()
        expected = CAMERA.facts.strength(record(CAMERA, **values))["mid_grey_noise_sigma_255"]
        assert found == pytest.approx(expected, rel=4 / math.sqrt(2 * 20000) + 0.005)


@every_method
def test_bayer_demosaic_of_a_photograph_is_that_of_each_sample(method: str) -> None:
    """The pattern says where red is: turned by a pixel, the other pattern gives the same picture."""
    image = np.random.default_rng(1).random((30, 34, 3)).astype(np.float32)
    whole = fast(BAYER_DEMOSAIC, image, record(BAYER_DEMOSAIC, pattern="rggb", method=method))
    cut = np.ascontiguousarray(image[1:, 1:])
    part = fast(BAYER_DEMOSAIC, cut, record(BAYER_DEMOSAIC, pattern="bggr", method=method))
    assert np.abs(whole[13:-12, 13:-12] - part[12:-12, 12:-12]).max() < 1e-6


def test_words_and_ranges() -> None:
    values = record(CAMERA, log_shot=math.log(0.01), log_read=math.log(1e-4), pattern="grbg")
    assert isinstance(values, CameraParameters)
    assert CAMERA.words.phrase(values) == "camera grbg malvar, shot 0.01, read 0.0001"
    for wrong in ({"pattern": "rgbg"}, {"exposure": 0.0}, {"method": "best"}, {"nexus_6p": -0.1}):
        with pytest.raises(ValidationError):
            record(CAMERA, **QUIET, **wrong)


def test_noise_of_a_photograph_is_coloured_and_smooth(shared_data: Path) -> None:
    """What no noise on a finished picture has: its channels and its neighbours are correlated."""
    photo = np.asarray(Image.open(shared_data / "hr" / "kodak" / "kodim03.png"))[:256, :256]
    image = (photo / 255).astype(np.float32)
    values = {"log_shot": math.log(0.01), "log_read": math.log(5e-4)}
    noise = taken(image, **values) - taken(image, **QUIET)
    right = [np.corrcoef(noise[:, :-1, c].ravel(), noise[:, 1:, c].ravel())[0, 1] for c in range(3)]
    assert min(right) > 0.2
    assert torch.corrcoef(torch.from_numpy(noise.reshape(-1, 3).T))[0, 1].abs() > 0.05
