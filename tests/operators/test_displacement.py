"""Channels and fields that move, and what stays."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from degrade.functional.color import BT601
from degrade.operators import displacement
from degrade.operators.row import Operator
from tests.forms import fast

Pixels = npt.NDArray[np.float32]
STILL = {"red_x": 0.0, "red_y": 0.0, "blue_x": 0.0, "blue_y": 0.0}


def run(operator: Operator[Any], image: Pixels, **values: Any) -> Pixels:
    return fast(operator, image, operator.parameters(**values))


def picture(channels: int = 3) -> Pixels:
    return np.random.default_rng(0).random((24, 31, channels), dtype=np.float32)


def blob(y: float = 20.0, x: float = 24.0, sigma: float = 3.0) -> Pixels:
    """A Gaussian spot of three channels on 48x48."""
    rows, columns = np.indices((48, 48))
    spot = np.exp(-0.5 * ((rows - y) ** 2 + (columns - x) ** 2) / sigma**2)
    return np.repeat(spot[..., None], 3, axis=2).astype(np.float32)


def centre(plane: npt.NDArray[Any]) -> tuple[float, float]:
    """First moments: row, column."""
    wide = plane.astype(np.float64)
    rows, columns = np.indices(plane.shape)
    return (rows * wide).sum() / wide.sum(), (columns * wide).sum() / wide.sum()


@pytest.mark.parametrize(
    ("operator", "values"),
    [
        (displacement.CHANNEL_SHIFT, STILL),
        (displacement.CHROMATIC_ABERRATION, {"red_scale": 1.0, "blue_scale": 1.0}),
        (displacement.INTERLACE, {"comb": 0.0}),
    ],
)
@pytest.mark.parametrize("channels", [1, 3])
def test_without_strength_nothing_changes(
    operator: Operator[Any], values: dict[str, float], channels: int
) -> None:
    assert np.array_equal(run(operator, picture(channels), **values), picture(channels))


def test_red_and_blue_go_where_they_are_sent_and_green_stays() -> None:
    image = blob()
    values = {"red_x": 1.3, "red_y": -0.4, "blue_x": -2.75, "blue_y": 3.5}
    out = run(displacement.CHANNEL_SHIFT, image, **values)
    assert np.array_equal(out[..., 1], image[..., 1])
    assert centre(out[..., 0]) == pytest.approx((19.6, 25.3), abs=1e-3)
    assert centre(out[..., 2]) == pytest.approx((23.5, 21.25), abs=1e-3)


def test_whole_shifts_are_copies() -> None:
    image = picture()
    out = run(displacement.CHANNEL_SHIFT, image, **{**STILL, "red_x": 3.0, "blue_y": -2.0})
    assert np.array_equal(out[:, 3:, 0], image[:, :-3, 0])
    assert np.array_equal(out[:, :3, 0], np.repeat(image[:, :1, 0], 3, axis=1))
    assert np.array_equal(out[:-2, :, 2], image[2:, :, 2])


def test_colour_differences_move_and_the_luma_stays() -> None:
    image, weights = picture(), np.array(BT601)
    out = run(displacement.CHANNEL_SHIFT, image, **{**STILL, "red_x": 4.0, "space": "ycbcr"})
    np.testing.assert_allclose(out @ weights, image @ weights, atol=2e-7)
    red, blue = (plane[..., 0] - plane @ weights for plane in (out, image))
    np.testing.assert_allclose(red[:, 4:], blue[:, :-4], atol=3e-7)
    still = run(displacement.CHANNEL_SHIFT, image, **STILL, space="ycbcr")
    np.testing.assert_allclose(still, image, atol=2e-7)


def test_aberration_magnifies_about_the_centre() -> None:
    values = {"red_scale": 1.05, "blue_scale": 0.96}
    for y, x in ((23.5, 23.5), (12.0, 30.0), (30.0, 15.5)):
        image = blob(y, x, 2.5)
        out = run(displacement.CHROMATIC_ABERRATION, image, **values)
        assert np.array_equal(out[..., 1], image[..., 1])
        for channel, scale in ((0, 1.05), (2, 0.96)):
            expected = (23.5 + scale * (y - 23.5), 23.5 + scale * (x - 23.5))
            assert centre(out[..., channel]) == pytest.approx(expected, abs=4e-3)


def test_aberration_is_symmetric() -> None:
    image = picture()
    values = {"red_scale": 1.05, "blue_scale": 0.96}
    out = run(displacement.CHROMATIC_ABERRATION, image, **values)
    turned = run(
        displacement.CHROMATIC_ABERRATION, np.ascontiguousarray(image[::-1, ::-1]), **values
    )
    np.testing.assert_allclose(turned[::-1, ::-1], out, atol=3e-7)


@pytest.mark.parametrize("comb", [4.0, -6.0, 2.6])
def test_interlace_parts_the_fields_about_an_unmoved_mean(comb: float) -> None:
    image = blob()
    out = run(displacement.INTERLACE, image, comb=comb)
    even, odd = centre(out[::2, :, 0])[1], centre(out[1::2, :, 0])[1]
    assert odd - even == pytest.approx(comb, abs=2e-3)
    assert centre(out[..., 0]) == pytest.approx((20.0, 24.0), abs=1e-3)
    if comb == 4.0:
        assert np.array_equal(out[::2, :-2], image[::2, 2:])
        assert np.array_equal(out[1::2, 2:], image[1::2, :-2])


@pytest.mark.parametrize("operator", displacement.ROWS, ids=lambda row: row.name)
def test_flat_areas_stay(operator: Operator[Any]) -> None:
    image = np.full((11, 13, 3), 0.7, np.float32)
    values = {"red_x": 1.3, "red_y": -0.4, "blue_x": -2.7, "blue_y": 9.5, "comb": 3.3}
    values |= {"red_scale": 1.07, "blue_scale": 0.93}
    known = {name: values[name] for name in operator.parameters.model_fields if name in values}
    np.testing.assert_allclose(run(operator, image, **known), image, atol=1.2e-7)
