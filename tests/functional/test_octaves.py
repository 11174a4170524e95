"""Weights of octaves."""

from __future__ import annotations

import numpy as np
import pytest

from degrade.functional.fields import octave_weights


@pytest.mark.parametrize("alpha", [0.0, 0.7, 2.0, 3.0])
@pytest.mark.parametrize("octaves", [1, 5, 10])
def test_each_octave_brings_the_sum_to_its_power(alpha: float, octaves: int) -> None:
    weights = np.array(octave_weights(alpha, octaves, 12))
    assert (weights**2).sum() == pytest.approx(1.0, abs=1e-14)
    assert not weights[octaves:].any()
    levels = np.cumsum(weights[:octaves] ** 2 * 4.0 ** np.arange(octaves))
    np.testing.assert_allclose(levels / levels[0], 2.0 ** (alpha * np.arange(octaves)), rtol=1e-12)
