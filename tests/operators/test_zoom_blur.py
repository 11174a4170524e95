"""Zoom blur: where it reads, and its strength."""

from __future__ import annotations

import math

import numpy as np
import pytest

from degrade.operators.zoom_blur import ZOOM_BLUR, ZoomBlurParameters
from tests.forms import fast


@pytest.mark.parametrize("axis", [0, 1])
def test_nothing_moves(axis: int) -> None:
    """A ramp is kept where no exposure reads beyond the border."""
    ramp = np.ascontiguousarray(np.indices((80, 120))[axis].astype(np.float32)[..., None] / 120)
    out = fast(ZOOM_BLUR, ramp, ZoomBlurParameters(most=1.1))
    assert np.abs(out - ramp)[8:-8, 8:-8].max() * 120 < 0.001


def test_a_wave_is_damped_by_the_distance_from_the_centre() -> None:
    """cos(w x) becomes cos(w x) mean(cos(w x swing t)): written out for the two ends of the swing."""
    x = np.arange(201) - 100.0
    wave = np.repeat(np.cos(0.3 * x)[None, :, None], 5, 0).astype(np.float32)
    out = fast(ZOOM_BLUR, np.ascontiguousarray(wave), ZoomBlurParameters(most=1.25, exposures=2))
    expected = np.cos(0.3 * x) * np.cos(0.3 * x * 0.2)
    # Cubic interpolation of a wave of 21 pixels errs by 2e-3.
    np.testing.assert_allclose(out[2, 22:-22, 0], expected[22:-22], atol=2e-3)


def test_most_1_changes_nothing() -> None:
    image = np.random.default_rng(0).random((17, 20, 3), dtype=np.float32)
    np.testing.assert_allclose(
        fast(ZOOM_BLUR, image, ZoomBlurParameters(most=1.0)), image, atol=1e-7
    )
    assert (
        ZOOM_BLUR.facts.strength(ZoomBlurParameters(most=1.0))["radial_mtf50_at_100_pixels"] == 0.5
    )


def test_strength_is_a_lines() -> None:
    """At 100 pixels and x1.25 the line is 40 pixels long: sigma 40 / sqrt(12), MTF50 where sinc is a half."""
    strength = ZOOM_BLUR.facts.strength(ZoomBlurParameters(most=1.25, exposures=65))
    assert strength["radial_sigma_at_100_pixels"] == pytest.approx(40 / math.sqrt(12), rel=0.02)
    assert strength["radial_mtf50_at_100_pixels"] == pytest.approx(0.6034 / 40, rel=0.03)
