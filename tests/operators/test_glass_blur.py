"""Glass blur: the law of its displacement, and that nothing moves on the whole."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from degrade.functional.filtering import correlate_image
from degrade.functional.glass import pair_index, read_displaced, steps
from degrade.operators.glass_blur import GLASS_BLUR, GlassBlurParameters, mean_taps
from tests.forms import fast

KEY = "0123456789abcdef"


def test_steps_are_even_and_opposite_in_pairs() -> None:
    words = torch.randint(0, 2**32, (1, 1, 400, 400), generator=torch.Generator().manual_seed(1))
    words = words.repeat_interleave(2, 3)
    for step in steps(words, torch.tensor([3])):
        assert torch.equal(step[..., ::2], -step[..., 1::2])
        counts = np.bincount((step[..., ::2] + 3).flatten().numpy())
        expected = 160000 / 7
        assert counts.shape == (7,)
        # A count's standard error is sqrt(n p (1 - p)).
        assert np.abs(counts - expected).max() < 4 * np.sqrt(expected * 6 / 7)


def test_every_pixel_comes_from_within_reach_and_the_image() -> None:
    heights, widths = torch.tensor([9]), torch.tensor([12])
    places = torch.arange(9 * 12, dtype=torch.float64).view(1, 1, 9, 12)
    words = torch.randint(0, 2**32, (1, 1, 9, 12), generator=torch.Generator().manual_seed(2))
    out = read_displaced(places, *steps(words, torch.tensor([4])), heights, widths)
    rows, columns = torch.div(out, 12, rounding_mode="floor"), torch.remainder(out, 12)
    y, x = torch.arange(9).view(-1, 1), torch.arange(12)
    for moved, place, last in ((rows - y, y, 8), (columns - x, x, 11)):
        room = torch.minimum(place, last - place).clamp(max=4)
        assert (moved.abs() <= room).all()
        assert moved.abs().max() == 4


def test_the_index_takes_neighbours_by_twos() -> None:
    index = pair_index(torch.tensor([5]), 2, 6, 6)
    assert index[0, 0, :, :5].tolist() == [[0, 0, 1, 1, 2], [3, 3, 4, 4, 5]]


@pytest.mark.parametrize("axis", [0, 1])
def test_nothing_moves(axis: int) -> None:
    """A ramp's rows, or columns, keep their mean to 0.01 pixel beyond the border."""
    ramp = np.indices((64, 64))[axis].astype(np.float32)[..., None] / 64
    record = GlassBlurParameters(sigma=0.7, reach=4, rounds=2, key=KEY)
    moved = (fast(GLASS_BLUR, np.ascontiguousarray(ramp), record) - ramp)[..., 0] * 64
    assert np.abs(moved).max() > 0.5
    assert np.abs(moved[16:-16, 16:-16].mean()) < 0.01


def test_without_steps_it_is_two_gaussians() -> None:
    image = np.random.default_rng(0).random((40, 50, 3), dtype=np.float32)
    taps = mean_taps(GlassBlurParameters(sigma=1.2, reach=0, key=KEY))
    record = GlassBlurParameters(sigma=1.2, reach=0, key=KEY)
    inside = (slice(12, -12), slice(12, -12))
    expected = correlate_image(image, np.outer(taps, taps))
    np.testing.assert_allclose(fast(GLASS_BLUR, image, record)[inside], expected[inside], atol=5e-7)


def test_strength_is_that_of_the_mean_over_keys() -> None:
    """Variances add: two Gaussians and `rounds` steps of (2 reach + 1)**2 - 1 twelfths."""
    strength = GLASS_BLUR.facts.strength(GlassBlurParameters(sigma=1.5, reach=2, rounds=3, key=KEY))
    assert strength["effective_sigma"] == pytest.approx((2 * 1.5**2 + 3 * 2.0) ** 0.5, rel=2e-3)
    assert strength["mtf50"] == pytest.approx(0.1874 / strength["effective_sigma"], rel=0.03)
