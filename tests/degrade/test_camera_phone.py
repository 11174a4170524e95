"""`camera_phone`: its drawn values against the published ones, and its pictures."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy import stats

import degrade
from degrade.trace import Scalar
from tests.degrade import marginals
from tests.degrade.marginals import COUNT, P, assert_even, assert_share, assert_uniform, pipeline

CAMERAS = ("nexus_6p", "sony_a7r", "olympus_em10", "sony_rx100")


NAME = "camera_phone"


def values(label: str, field: str) -> list[Scalar]:
    return marginals.values(NAME, label, field)


def numbers(field: str) -> np.ndarray:
    return np.array(values("camera", field), float)


def test_it_says_whose_it_is() -> None:
    read = pipeline(NAME)
    assert (read.kind, read.name) == ("ours", "camera_phone")
    assert "Brooks" in read.source


def test_published_noise_law() -> None:
    """Shot noise log-uniform between 1e-4 and 0.012; read noise about a line in logarithms, sd 0.26."""
    assert_uniform(numbers("log_shot").tolist(), math.log(1e-4) - 1e-6, math.log(0.012) + 1e-6)
    rest = numbers("log_read") - 2.18 * numbers("log_shot") - 1.2
    assert np.abs(rest).max() <= 1.04 + 1e-6
    assert stats.kstest(rest, stats.norm(0, 0.26).cdf).pvalue > P


def test_published_gains_and_matrices() -> None:
    assert stats.kstest(numbers("exposure"), stats.norm(0.8, 0.1).cdf).pvalue > P
    assert_uniform(numbers("red_gain").tolist(), 1.9, 2.4)
    assert_uniform(numbers("blue_gain").tolist(), 1.5, 1.9)
    for camera in CAMERAS:
        assert_uniform(numbers(camera).tolist(), 0, 1)
    assert np.abs(np.corrcoef([numbers(c) for c in CAMERAS]) - np.eye(4)).max() < 4 / COUNT**0.5


def test_patterns_and_methods() -> None:
    assert_even(values("camera", "pattern"), ["rggb", "grbg", "gbrg", "bggr"])
    for method, share in {"bilinear": 0.1, "malvar": 0.4, "menon": 0.5}.items():
        assert_share(values("camera", "method").count(method), COUNT, share)
    assert set(values("camera", "tone")) == set(values("camera", "clip")) == {True}


def test_lens_resize_sharpening_and_jpeg() -> None:
    gaussian = [float(sigma) for sigma in values("gaussian_blur", "sigma_x")]
    assert_share(len(gaussian), COUNT, 0.7)
    assert_uniform(gaussian, 0.2, 2)
    assert_uniform([float(r) for r in values("defocus_blur", "radius")], 0.3, 3)
    assert_share(values("resize", "filter").count("area"), COUNT, 0.7)
    assert set(values("resize", "light")) == {"linear"}
    weights = [float(weight) for weight in values("oversharpen", "weight")]
    assert_share(len(weights), COUNT, 0.7)
    assert_uniform(weights, 0, 0.8)
    assert_even(values("jpeg", "quality"), range(70, 98))
    assert_share(values("jpeg", "subsampling").count("4:2:0"), COUNT, 0.7)


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_it_degrades_an_image_and_ends_at_its_target(scale: int) -> None:
    height, width = 72, 108
    grid = torch.linspace(0, 1, height)[:, None] * torch.linspace(0.2, 1, width)
    hr = torch.stack([grid, 1 - grid, (grid * 40).sin() / 2 + 0.5])
    made = degrade.apply(
        degrade.draw(pipeline(NAME, scale), degrade.keys(0, map(str, range(4)))), [hr] * 4
    )
    for lr in made:
        assert lr.shape == (3, height // scale, width // scale)
        assert torch.equal(lr, (lr * 255).round() / 255)
        assert 0 <= lr.min() < lr.max() <= 1
    assert not torch.equal(made[0], made[1])
