"""Kernels with multiplicative noise against the published law, and their declared place."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy import ndimage, stats

from degrade.address import split_noise_key
from degrade.functional.kernel_noise import tap_factors, with_mass_at
from degrade.functional.philox import word_image
from degrade.functional.psf import gaussian_psf, plateau_psf
from degrade.operators.base import Image
from degrade.operators.noisy_blur import NOISY_KERNEL_BLUR, NoisyKernelBlurParameters, _psfs
from degrade.operators.psf_blur import one_psf
from tests.cases import KEY, OTHER_KEY
from tests.forms import fast


def kernel(**values: float | str) -> np.ndarray:
    given = {"size": 11, "sigma_x": 1.5, "sigma_y": 1.5, "noise": 0.25, "key": KEY, **values}
    return one_psf(_psfs, NoisyKernelBlurParameters.model_validate(given))


def mass(taps: np.ndarray) -> tuple[float, float]:
    offsets = np.arange(len(taps)) - len(taps) // 2
    return float((taps.sum(1) * offsets).sum()), float((taps.sum(0) * offsets).sum())


def numbers(key: str, size: int) -> np.ndarray:
    """Even numbers of (-1, 1), one a tap."""
    words = word_image(split_noise_key(key), 1, size, size)[..., 0]
    return 2 * ((words >> 9) + 0.5) / 2**23 - 1


def published(size: int, variances: tuple[float, float], angle: float, key: str) -> np.ndarray:
    """The generator's steps, moved to half a pixel by linear interpolation: (size + 4, size + 4)."""
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    inverse = np.linalg.inv(turn @ np.diag(variances) @ turn.T)
    offsets = np.arange(size) - size // 2 - 0.5
    x, y = np.meshgrid(offsets, offsets)
    form = inverse[0, 0] * x * x + 2 * inverse[0, 1] * x * y + inverse[1, 1] * y * y
    raw = np.pad(np.exp(-0.5 * form) * (1 + 0.25 * numbers(key, size)), 2)
    wanted = len(raw) // 2 + 0.5
    away = [wanted - centre for centre in ndimage.center_of_mass(raw)]
    moved = ndimage.shift(raw, away, order=1)
    return moved / moved.sum()


@pytest.mark.parametrize("key", [KEY, OTHER_KEY])
@pytest.mark.parametrize("angle", [0.0, 0.7, -2.5])
def test_the_published_generator(angle: float, key: str) -> None:
    variances = (0.9, 4.5)
    made = kernel(
        sigma_x=math.sqrt(0.9),
        sigma_y=math.sqrt(4.5),
        angle=angle,
        centre_y=0.5,
        centre_x=0.5,
        key=key,
    )
    np.testing.assert_allclose(made, published(11, variances, angle, key), atol=2e-9)


def test_without_noise_it_is_the_plain_kernel() -> None:
    size, beta = torch.tensor([11]), torch.tensor([1.7], dtype=torch.float64)
    shape = [torch.tensor([v], dtype=torch.float64) for v in (1.2, 2.1, 0.4)]
    values = {"sigma_x": 1.2, "sigma_y": 2.1, "angle": 0.4, "noise": 0.0}
    plain = gaussian_psf(size, *shape, canvas=15)[0].numpy()
    np.testing.assert_allclose(kernel(**values), plain, atol=2e-9)
    plateau = plateau_psf(size, *shape, beta, canvas=15)[0].numpy()
    np.testing.assert_allclose(kernel(**values, shape="plateau", beta=1.7), plateau, atol=2e-9)


@pytest.mark.parametrize("noise", [0.0, 0.25, 1.0])
@pytest.mark.parametrize(("centre_y", "centre_x"), [(0.0, 0.0), (0.5, -0.5), (-0.31, 0.17)])
@pytest.mark.parametrize("size", [1, 3, 7, 21])
def test_its_mass_is_where_it_says(
    size: int, centre_y: float, centre_x: float, noise: float
) -> None:
    for sigma in (0.001, 0.3, 1.0, 5.0):
        values = {"sigma_x": sigma, "sigma_y": 2 * sigma, "size": size, "noise": noise}
        made = kernel(**values, centre_y=centre_y, centre_x=centre_x)
        assert made.sum() == pytest.approx(1, abs=1e-12)
        assert made.min() >= 0
        assert mass(made) == pytest.approx((centre_y, centre_x), abs=1e-9)


def test_factors_are_even_and_independent() -> None:
    count, size = 400, 11
    keys = torch.arange(count), torch.full((count,), 7)
    sizes = torch.full((count,), size)
    noise = torch.full((count,), 0.25, dtype=torch.float64)
    factors = tap_factors(keys, sizes, noise, size).numpy()
    assert stats.kstest(factors.ravel(), "uniform", (0.75, 0.5)).pvalue > 1e-3
    error = 1 / math.sqrt(factors.size)
    centred = (factors - 1) / factors.std()
    assert abs((centred[:, 1:] * centred[:, :-1]).mean()) < 4.2 * error
    assert abs((centred[1:] * centred[:-1]).mean()) < 4.2 * error


def test_factors_do_not_depend_on_the_canvas() -> None:
    keys, sizes = (torch.tensor([5]), torch.tensor([6])), torch.tensor([7])
    noise = torch.tensor([0.4], dtype=torch.float64)
    small, large = (tap_factors(keys, sizes, noise, canvas) for canvas in (7, 21))
    assert torch.equal(small, large[:, 7:14, 7:14])
    taps = torch.nn.functional.pad(small, [7] * 4)
    nought = torch.zeros(1, dtype=torch.float64)
    one, other = with_mass_at(small, nought, nought), with_mass_at(taps, nought, nought)
    assert torch.equal(one, other[:, 7:-7, 7:-7])


def test_a_ramp_moves_as_declared() -> None:
    """Correlation reads at the centre of mass, so a ramp rises by it."""
    rows = np.arange(64, dtype=np.float32)[:, None, None] / 64
    image: Image = np.ascontiguousarray(np.broadcast_to(rows, (64, 40, 1)), np.float32)
    record = NoisyKernelBlurParameters(
        size=11, sigma_x=1.5, sigma_y=2.2, noise=0.25, centre_y=0.5, centre_x=-0.25, key=KEY
    )
    for turned, centre in ((False, 0.5), (True, -0.25)):
        given = np.ascontiguousarray(image.transpose(1, 0, 2)) if turned else image
        moved = (fast(NOISY_KERNEL_BLUR, given, record) - given)[14:-14, 14:-14] * 64
        np.testing.assert_allclose(moved, centre, atol=1e-4)
