"""What the features do that they must: whatever the picture, always the same numbers of them."""

from __future__ import annotations

import numpy as np
import pytest

from realsr.estimation.codec.blocks import luma
from realsr.estimation.codec.tables import luma_tables
from realsr.estimation.single.coding import UNCODED, BlockCoding
from realsr.estimation.single.features import features
from realsr.estimation.single.network import tensors
from realsr.estimation.single.period_features import frequencies, periods
from realsr.estimation.single.residual_features import residual, shared
from tests.estimation.codec.pictures import Bytes, crop, enlarged

COUNT = len(tensors()["blur.0.mean"])


@pytest.mark.parametrize("shape", [(48, 48, 3), (50, 131, 1), (300, 64, 3)])
@pytest.mark.parametrize("level", [0, 90, 255])
def test_there_are_as_many_as_were_trained_on(shape: tuple[int, int, int], level: int) -> None:
    for coding in (UNCODED, BlockCoding((3, 5), luma_tables()[74])):
        found = features(np.full(shape, level, np.uint8), coding)
        assert found.shape == (COUNT,)
        assert np.isfinite(found).all()


def test_the_residual_of_white_noise_has_its_size() -> None:
    noise = np.random.default_rng(0).normal(0, 7, (200, 200)).astype(np.float32)
    plane = np.add.outer(np.arange(200), 2 * np.arange(200)).astype(np.float32)
    assert residual(noise + plane).std() == pytest.approx(7, rel=0.03)
    assert np.abs(residual(plane)).max() < 0.01


def test_channels_that_share_noise_are_told_from_those_that_do_not() -> None:
    random = np.random.default_rng(0)

    def noisy(channels: int) -> Bytes:
        noise = random.normal(0, 8, (96, 96, channels))
        return np.clip(128 + noise + np.zeros(3), 0, 255).astype(np.uint8)

    assert shared(noisy(1)).min() > 0.95
    assert np.abs(shared(noisy(3))).max() < 0.1


@pytest.mark.parametrize("factor", [1.3, 1.6])
def test_an_enlargement_has_the_period_of_its_factor(factor: float) -> None:
    found = periods(luma(enlarged(crop(1, 200, "astronaut.png"), factor)), coded=False)
    best = float(frequencies()[int(found.argmax())])
    assert min(abs(best - (1 - 1 / factor)), abs(best - 1 / factor)) < 0.004


def test_the_periods_of_blocks_are_left_out_of_what_was_compressed() -> None:
    plane = luma(enlarged(crop(1, 200, "astronaut.png"), 1.6))
    place = int(np.flatnonzero(frequencies() == 3 / 8)[0])
    assert periods(plane, coded=False)[place] > 8
    assert periods(plane, coded=True)[place] == 0
