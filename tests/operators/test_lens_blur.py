"""Lens and motion blur as operators: alignment, colours, strength and words."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from degrade.errors import ImageError
from degrade.operators import lens_blur, motion_blur
from degrade.operators.row import Operator
from tests.forms import fast

COMA = {"size": 21, "zero_radius": 2.0, "coma_x": 0.3, "coma_y": 0.2, "red": 1.2, "blue": 0.8}
RECORDS: list[tuple[Operator[Any], dict[str, Any]]] = [
    (motion_blur.LINEAR_MOTION_BLUR, {"length": 13.7, "angle": 0.4}),
    (motion_blur.TRAJECTORY_MOTION_BLUR, {"length": 25.0, "anxiety": 0.01, "key": "00" * 7 + "ab"}),
    (lens_blur.DEFOCUS_BLUR, {"radius": 4.3}),
    (lens_blur.AIRY_BLUR, {"size": 21, "zero_radius": 3.0}),
    (lens_blur.ZERNIKE_BLUR, COMA),
]


@pytest.mark.parametrize(
    ("operator", "values"), RECORDS, ids=lambda value: getattr(value, "name", "")
)
def test_nothing_moves(operator: Operator[Any], values: dict[str, Any]) -> None:
    """A spot's centre stays to 0.01 pixel in every channel."""
    y, x = np.mgrid[:96, :96]
    spot = np.exp(-((y - 47.2) ** 2 + (x - 46.7) ** 2) / 18.0).astype(np.float32)
    out = fast(operator, np.repeat(spot[..., None], 3, 2), operator.parameters(**values))
    for channel in np.moveaxis(out.astype(np.float64), 2, 0):
        assert channel.sum() == pytest.approx(float(spot.sum()), rel=1e-5)
        assert (channel * y).sum() / channel.sum() == pytest.approx(47.2, abs=0.01)
        assert (channel * x).sum() / channel.sum() == pytest.approx(46.7, abs=0.01)


def test_longer_wavelengths_blur_more() -> None:
    record = lens_blur.ZernikeBlurParameters(size=31, zero_radius=3.0, red=1.3, blue=0.7)
    image = np.zeros((64, 64, 3), np.float32)
    image[32, 32] = 1.0
    red, green, blue = fast(lens_blur.ZERNIKE_BLUR, image, record)[32, 32]
    assert red < green < blue
    strength = lens_blur.ZERNIKE_BLUR.facts.strength(record)
    assert strength["mtf50_red"] < strength["mtf50"] < strength["mtf50_blue"]


def test_one_channel_has_the_reference_wavelength_and_five_have_none() -> None:
    record, plain = (
        lens_blur.ZernikeBlurParameters(size=15, zero_radius=2.0, defocus=0.2, red=red)
        for red in (1.3, 1.0)
    )
    image = np.random.default_rng(0).random((30, 30, 5), dtype=np.float32)
    one = np.ascontiguousarray(image[..., :1])
    operator = lens_blur.ZERNIKE_BLUR
    np.testing.assert_array_equal(fast(operator, one, record), fast(operator, one, plain))
    assert fast(operator, image, plain).shape == image.shape
    with pytest.raises(ImageError, match="5 channels"):
        fast(operator, image, record)


def test_strength_and_words() -> None:
    """A disk's second moment is r^2 / 4 an axis, a line's L^2 / 12; pixels add their own."""
    disk = lens_blur.DEFOCUS_BLUR.facts.strength(lens_blur.DefocusBlurParameters(radius=6.0))
    assert disk["effective_sigma"] == pytest.approx(3.0, abs=0.03)
    # 2 J1(v) / v is one half at v = 2.2151.
    assert disk["mtf50"] == pytest.approx(2.2151 / (2 * np.pi * 6.0), rel=0.01)
    line = motion_blur.LinearMotionBlurParameters(length=12.0)
    strength = motion_blur.LINEAR_MOTION_BLUR.facts.strength(line)
    assert strength["effective_sigma_x"] == pytest.approx(12 / 12**0.5, abs=0.05)
    assert strength["effective_sigma_y"] == 0.0
    # sin(v) / v is one half at v = 1.8955.
    assert strength["mtf50_x"] == pytest.approx(1.8955 / (np.pi * 12.0), rel=0.01)
    assert strength["mtf50_y"] == 0.5
    assert motion_blur.LINEAR_MOTION_BLUR.words.phrase(line) == "motion 12 px at 0 deg"
