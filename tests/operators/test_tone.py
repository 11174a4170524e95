"""Levels, saturation, white balance and the transfer."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageEnhance
from pydantic import ValidationError

from degrade.errors import ImageError
from degrade.execute.singles import check_channels
from degrade.functional.color import BT601
from degrade.geometry import Size
from degrade.operators import tone
from degrade.operators.row import Operator
from tests.forms import fast, planned

Pixels = npt.NDArray[np.float32]


def picture(channels: int = 3) -> Pixels:
    values = np.random.default_rng(0).integers(0, 256, (24, 31, channels))
    return (values / 255).astype(np.float32)


def run(operator: Operator[Any], image: Pixels, **values: Any) -> Pixels:
    return fast(operator, image, operator.parameters(**values))


@pytest.mark.parametrize(
    ("operator", "values"),
    [
        (tone.LEVELS, {}),
        (tone.SATURATION, {"factor": 1.0}),
        (tone.WHITE_BALANCE, {"red_gain": 1.0, "blue_gain": 1.0}),
    ],
)
@pytest.mark.parametrize("channels", [1, 3])
def test_without_strength_nothing_changes(
    operator: Operator[Any], values: dict[str, float], channels: int
) -> None:
    assert np.array_equal(run(operator, picture(channels), **values), picture(channels))


def test_levels_formula() -> None:
    image = np.array([0.1, 0.2, 0.45, 0.7, 0.9], np.float32).reshape(1, 5, 1)
    out = run(tone.LEVELS, image, black=0.2, white=0.7, gamma=2.0)[0, :, 0]
    expected = [-(0.2**0.5), 0.0, 0.5**0.5, 1.0, 1.4**0.5]
    np.testing.assert_allclose(out, expected, atol=4e-4)
    np.testing.assert_allclose(out[[0, 2, 3, 4]], np.delete(expected, 1), atol=1e-6)


def test_levels_undo_one_another_and_keep_the_order() -> None:
    image = np.sort(picture(1).reshape(1, -1, 1), axis=1)
    bent = run(tone.LEVELS, image, gamma=2.2)
    assert (np.diff(bent[0, :, 0]) >= 0).all()
    np.testing.assert_allclose(run(tone.LEVELS, bent, gamma=1 / 2.2), image, atol=1e-6)
    with pytest.raises(ValidationError, match="white at least"):
        tone.LevelsParameters(black=0.5, white=0.4)


@pytest.mark.parametrize("factor", [0.0, 0.4, 1.7, 3.0])
def test_saturation_is_pillows_and_keeps_the_luma(factor: float) -> None:
    image = picture()
    out = run(tone.SATURATION, image, factor=factor)
    np.testing.assert_allclose(out @ np.array(BT601), image @ np.array(BT601), atol=2e-7)
    eight = Image.fromarray(np.rint(image * 255).astype(np.uint8))
    theirs = np.asarray(ImageEnhance.Color(eight).enhance(factor), np.float64)
    # Pillow rounds its grey image to 8 bits, and the mix is cut off downwards.
    far = np.abs(out.clip(0, 1) * 255 - theirs).max()
    assert far <= 1.0 + 0.51 * abs(1 - factor)
    if factor == 0.0:
        assert np.ptp(out, axis=2).max() == 0


def test_white_balance_scales_light() -> None:
    image = np.full((4, 5, 3), 0.5, np.float32)
    out = run(tone.WHITE_BALANCE, image, red_gain=2.0, blue_gain=0.5)
    light = 0.2140411405
    expected = [1.055 * (2 * light) ** (1 / 2.4) - 0.055, 0.5]
    expected.append(1.055 * (light / 2) ** (1 / 2.4) - 0.055)
    np.testing.assert_allclose(out, np.broadcast_to(expected, out.shape), atol=1e-6)


def test_to_linear_and_back() -> None:
    for channels in (1, 3, 5):
        light = run(tone.TO_LINEAR, picture(channels))
        assert light.mean() < picture(channels).mean()
        np.testing.assert_allclose(run(tone.TO_SRGB, light), picture(channels), atol=2e-7)


def test_colour_of_five_channels_is_refused() -> None:
    record = tone.SaturationParameters(factor=1.0)
    with pytest.raises(ImageError, match="takes 1 or 3 channels"):
        check_channels(planned(tone.SATURATION, record, Size(4, 4)), 5)


def test_swapping_red_and_blue_leaves_green_and_undoes_itself() -> None:
    image = np.random.default_rng(3).random((5, 7, 3), np.float32)
    swapped = run(tone.SWAP_RED_BLUE, image)
    assert np.array_equal(swapped, image[..., ::-1])
    assert np.array_equal(run(tone.SWAP_RED_BLUE, swapped), image)
    assert np.array_equal(run(tone.SWAP_RED_BLUE, image[..., :1]), image[..., :1])
