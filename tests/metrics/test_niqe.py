"""NIQE's own parameters, and its features against a fit written out block by block."""

from __future__ import annotations

import math

import numpy as np
import pytest

from realsr.metrics import niqe
from realsr.metrics.natural_scenes import blocks, features, normalised
from tools.niqe_fit import main


def test_the_packaged_parameters_are_made_again(tmp_path) -> None:
    pytest.importorskip("skimage")
    main([str(tmp_path / "again.npz")])
    again, packaged = niqe.load(tmp_path / "again.npz"), niqe.own()
    np.testing.assert_allclose(again.mean, packaged.mean, rtol=1e-6)
    np.testing.assert_allclose(again.covariance, packaged.covariance, rtol=1e-5, atol=1e-9)


def test_the_covariance_is_one() -> None:
    covariance = niqe.own().covariance
    np.testing.assert_array_equal(covariance, covariance.T)
    assert np.linalg.eigvalsh(covariance)[0] > 0.0


def test_blocks_are_read_row_by_row() -> None:
    image = np.arange(7.0 * 5).reshape(7, 5)
    found = blocks(image, 2)
    assert found.shape == (6, 2, 2)
    np.testing.assert_array_equal(found[1], image[0:2, 2:4])
    np.testing.assert_array_equal(found[2], image[2:4, 0:2])


@pytest.mark.parametrize("shape", [0.7, 1.0, 2.0, 4.0])
def test_the_fit_recovers_a_generalised_gaussian(shape) -> None:
    """|x|^shape is gamma distributed with parameter 1 / shape; scales of both sides 1."""
    generator = np.random.default_rng(3)
    size = generator.gamma(1.0 / shape, size=(1, 400, 400)) ** (1.0 / shape)
    values = size * generator.choice([-1.0, 1.0], size=size.shape)
    found = features(values)[0]
    assert found[0] == pytest.approx(shape, rel=0.02)
    assert found[1] == pytest.approx(1.0, rel=0.02)


def test_an_asymmetric_side_has_its_own_scale() -> None:
    generator = np.random.default_rng(4)
    values = np.abs(generator.standard_normal((1, 300, 300)))
    left = generator.random(values.shape) < 0.25
    values = np.where(left, -values, 3.0 * values)
    # Density at 0 agrees for a quarter left of scale 1 and three quarters right of scale 3.
    found = features(values)[0]
    assert found[0] == pytest.approx(2.0, rel=0.03)
    assert found[1] == pytest.approx(math.sqrt(2.0) * (1.0 + 3.0) / 2.0, rel=0.03)


def test_flat_areas_are_exactly_zero(photograph) -> None:
    image = photograph[:, :, 1].astype(np.float64)
    image[40:80, 40:80] = 117.0
    values = normalised(image).values
    assert (values[43:77, 43:77] == 0.0).all()
    assert (values != 0.0).mean() > 0.8


def test_flat_blocks_have_no_features() -> None:
    found = features(np.stack((np.zeros((96, 96)), np.random.default_rng(0).normal(size=(96, 96)))))
    assert np.isnan(found[0]).any()
    assert np.isfinite(found[1]).all()


def test_the_distance_is_the_papers(photograph) -> None:
    """Equation 10 of Mittal et al., by a solved system: the mean of both covariances stands between the means."""
    image = np.tile(photograph[:, :, 1].astype(np.float64), (3, 3))[:480, :480]
    image += np.random.default_rng(2).normal(0, 4, image.shape)
    found, own = niqe.block_features(image), niqe.own()
    assert np.isfinite(found).all()
    off = found - found.mean(axis=0)
    between = (own.covariance + off.T @ off / (len(found) - 1)) / 2
    away = found.mean(axis=0) - own.mean
    expected = math.sqrt(away @ np.linalg.solve(between, away))
    assert niqe.niqe(image, own) == pytest.approx(expected, rel=1e-6)
