"""Distance of patches: 0 for equal sets whatever lies where, growing with blur and with noise."""

from __future__ import annotations

import numpy as np
import pytest

from realsr.metrics.errors import NotDefinedError
from realsr.metrics.patches import patch_distance
from realsr.metrics.unexplained import blurred


def noise(seed: int, side: int = 41) -> np.ndarray:
    return 128 + 20 * np.random.default_rng(seed).standard_normal((side, side))


def test_equal_sets_are_at_no_distance_and_order_is_nothing() -> None:
    sets = [noise(0), noise(1)]
    assert patch_distance(sets, sets) == 0
    assert patch_distance(sets, sets[::-1]) == pytest.approx(0, abs=1e-12)
    assert patch_distance([noise(0)], [noise(0) + 30]) == pytest.approx(0, abs=1e-9)
    # What is left between two draws of one distribution is that of few patches.
    far = [patch_distance([noise(2, side)], [noise(3, side)]) for side in (41, 161)]
    assert far[1] < far[0] < 2.5


def test_it_grows_with_blur_and_with_noise_and_is_symmetric() -> None:
    hr = [noise(0)]
    for change in (
        lambda x, k: blurred(x, 0.4 * k),
        lambda x, k: x + 8 * k * (noise(9) - 128) / 20,
    ):
        far = [patch_distance([change(hr[0], k)], hr) for k in (1, 2, 3)]
        assert 0 < far[0] < far[1] < far[2]
    assert patch_distance([blurred(hr[0], 1)], hr) == patch_distance(hr, [blurred(hr[0], 1)])


def test_of_a_factor_it_is_the_mean_length_of_projections() -> None:
    """Patches times 1.5 are half their length away: of unit directions and sigma 20, 10 sqrt(2 / pi)."""
    hr = noise(4, 161)
    expected = 10 * np.sqrt(2 / np.pi)
    assert patch_distance([128 + 1.5 * (hr - 128)], [hr]) == pytest.approx(expected, rel=0.05)


def test_other_sizes_are_refused() -> None:
    with pytest.raises(NotDefinedError, match="as many"):
        patch_distance([noise(0)], [noise(0), noise(1)])
    with pytest.raises(NotDefinedError, match="no patch"):
        patch_distance([np.zeros((4, 9))], [np.zeros((4, 9))])
