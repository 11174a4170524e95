"""Box, median and bilateral against OpenCV and scipy."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest
import torch
from scipy import ndimage

from degrade.functional.smoothing import box_reach, box_taps
from degrade.geometry import Placement, Size
from degrade.operators import smoothing
from degrade.operators.base import Group
from degrade.operators.row import Operator
from tests.forms import fast

RNG = np.random.default_rng(5)
NOISE = np.round(RNG.random((41, 53, 3)) * 255).astype(np.uint8)
SMOOTH = cv2.GaussianBlur(NOISE, (0, 0), 3.0)


def reference(operator: Operator[Any], image: np.ndarray, **values: Any) -> np.ndarray:
    size = Size(*image.shape[:2])
    group = Group([operator.parameters(**values)], [size], [Placement(size)], torch.device("cpu"))
    canvas = torch.from_numpy(image).permute(2, 0, 1)[None].contiguous()
    return operator.forms.kernel(canvas, group)[0].permute(1, 2, 0).numpy()


def unit(image: np.ndarray) -> np.ndarray:
    return image.astype(np.float32) / np.float32(255)


@pytest.mark.parametrize("width", [1, 3, 7, 21])
def test_an_odd_box_is_opencv_s(width: int) -> None:
    got = reference(smoothing.BOX_BLUR, unit(NOISE), width=width)
    np.testing.assert_allclose(got, cv2.blur(unit(NOISE), (width, width)), atol=5e-7)
    rounded = cv2.blur(NOISE, (width, width))
    assert np.abs(got * 255 - rounded).max() <= 0.5 + 1e-3


@pytest.mark.parametrize("width", [1.0, 1.3, 2.0, 4.9, 6.0, 30.25])
def test_a_box_of_any_width(width: float) -> None:
    """Its taps are a pixel's convolution with the interval: sum 1, second moment (w^2 - 1) / 12 and the parts."""
    reach = box_reach(width)
    taps = box_taps(torch.tensor([width], dtype=torch.float64), 2 * reach + 1)[0].numpy()
    assert taps[0] > 0
    whole = 2 * reach - 1
    ends = (width - whole) / 2 if reach else 1.0
    np.testing.assert_allclose(taps[0] * width, ends, atol=1e-10)
    np.testing.assert_allclose(taps[1:-1] * width, 1.0, atol=1e-10)
    assert taps.sum() == pytest.approx(1.0, abs=1e-15)


@pytest.mark.parametrize("size", [3, 5, 7])
def test_the_median_is_opencv_s_and_scipy_s(size: int) -> None:
    record = smoothing.MedianBlurParameters(size=size)
    for form in (
        reference(smoothing.MEDIAN_BLUR, unit(NOISE), size=size),
        fast(smoothing.MEDIAN_BLUR, unit(NOISE), record),
    ):
        np.testing.assert_array_equal(form, unit(cv2.medianBlur(NOISE, size)))
        by_scipy = ndimage.median_filter(unit(NOISE), (size, size, 1), mode="nearest")
        np.testing.assert_array_equal(form, by_scipy)


def test_a_median_over_several_bands() -> None:
    tall = np.random.default_rng(1).random((150, 9, 1), dtype=np.float32)
    got = reference(smoothing.MEDIAN_BLUR, tall, size=5)
    np.testing.assert_array_equal(got[..., 0], cv2.medianBlur(tall[..., 0], 5))


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("picture", [NOISE, SMOOTH], ids=["noise", "smooth"])
def test_the_bilateral_is_opencv_s(channels: int, picture: np.ndarray) -> None:
    """On 8 bits; rounding aside, and of one channel OpenCV cuts off some fractions."""
    image = np.ascontiguousarray(picture[..., :channels])
    for radius, space, colour in ((2, 1.2, 30.0), (4, 3.0, 60.0), (7, 5.0, 200.0)):
        values = {"radius": radius, "sigma_space": space, "sigma_range_255": colour}
        got = reference(smoothing.BILATERAL_BLUR, unit(image), **values)
        expected = cv2.bilateralFilter(image, 2 * radius + 1, colour, space)
        assert np.abs(got * 255 - expected.reshape(image.shape)).max() <= (
            0.51 if channels == 3 else 1.001
        )


def test_a_step_larger_than_the_range_survives_a_bilateral() -> None:
    image = np.zeros((20, 20, 1), np.float32)
    image[:, 10:] = 1.0
    values = {"radius": 5, "sigma_space": 3.0}
    kept = reference(smoothing.BILATERAL_BLUR, image, sigma_range_255=20.0, **values)
    lost = reference(smoothing.BILATERAL_BLUR, image, sigma_range_255=1000.0, **values)
    assert np.abs(kept - image).max() < 1e-6
    assert 0.2 < lost[10, 9, 0] < 0.5


def test_strength() -> None:
    box = smoothing.BOX_BLUR.facts.strength(smoothing.BoxBlurParameters(width=5))
    assert box["effective_sigma"] == pytest.approx(2**0.5)
    wide = smoothing.BilateralBlurParameters(radius=15, sigma_space=2.0, sigma_range_255=50.0)
    flat = smoothing.BILATERAL_BLUR.facts.strength(wide)
    assert flat["flat_effective_sigma"] == pytest.approx(2.0, abs=1e-3)
    assert flat["flat_mtf50"] == pytest.approx(0.18739 / 2.0, abs=1e-4)
