"""Rounding to eight bits, against its definition in numpy."""

from __future__ import annotations

import numpy as np
import pytest

from degrade.functional.eight_bits import eight_bit_levels, swap_red_and_blue


def defined(image: np.ndarray) -> np.ndarray:
    return np.rint(np.clip(image, 0.0, 1.0) * np.float32(255.0)).astype(np.uint8)


def test_every_float_near_a_tie_rounds_as_defined() -> None:
    ties = ((np.arange(256) + 0.5) / 255).astype(np.float32).view(np.int32)
    near = (ties[:, None] + np.arange(-500, 501, dtype=np.int32)).view(np.float32)
    assert np.array_equal(eight_bit_levels(near), defined(near))


@pytest.mark.parametrize("shape", [(1, 1, 1), (1, 7, 3), (5, 3, 600), (40, 33, 3)])
@pytest.mark.parametrize("scale", [1.0, 1e9, 3e38])
def test_any_shape_and_any_finite_value(shape: tuple[int, ...], scale: float) -> None:
    image = np.random.default_rng(0).uniform(-0.5, 1.0, shape) * scale
    levels = eight_bit_levels(image.astype(np.float32))
    assert levels.flags.c_contiguous
    assert np.array_equal(levels, defined(image.astype(np.float32)))


def test_red_and_blue_change_places_and_others_stay() -> None:
    pixels = np.arange(4 * 5 * 3, dtype=np.uint8).reshape(4, 5, 3)
    np.testing.assert_array_equal(swap_red_and_blue(pixels), pixels[..., ::-1])
    turned = pixels.transpose(1, 0, 2)
    np.testing.assert_array_equal(swap_red_and_blue(turned), turned[..., ::-1])
    grey = pixels[..., :1]
    np.testing.assert_array_equal(swap_red_and_blue(grey), grey)
