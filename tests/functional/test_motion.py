"""Motion kernels: moments, independence of company, and the published law of the path."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from degrade.functional import motion

KEYS = [(index * 7919 + 1, 3 * index) for index in range(24)]


def offsets_of(kernels: np.ndarray) -> np.ndarray:
    return np.arange(kernels.shape[-1]) - kernels.shape[-1] // 2


def centres(kernels: np.ndarray) -> np.ndarray:
    offsets = offsets_of(kernels)
    return np.stack([(kernels.sum(axis) * offsets).sum(-1) for axis in (-2, -1)])


@pytest.mark.parametrize("length", [0.0, 0.4, 1.0, 5.0, 17.3, 100.0])
def test_a_line_by_its_points(length: float) -> None:
    """Against the bilinear weights of 20000 points along it."""
    angles = [0.0, 0.3, math.pi / 2, -2.0, math.pi / 4]
    canvas = 2 * motion.path_radius(length) + 1
    kernels = motion.line_psf([length] * 5, angles, canvas).numpy()
    along = ((np.arange(20000) + 0.5) / 20000 - 0.5) * length
    for kernel, angle in zip(kernels, angles, strict=True):
        offsets = offsets_of(kernel)
        hat_x = np.maximum(0, 1 - np.abs(along[:, None] * math.cos(angle) - offsets))
        hat_y = np.maximum(0, 1 - np.abs(along[:, None] * math.sin(angle) - offsets))
        np.testing.assert_allclose(kernel, hat_y.T @ hat_x / 20000, atol=1e-7)
    np.testing.assert_allclose(centres(kernels), 0.0, atol=1e-12)
    np.testing.assert_allclose(kernels.sum((1, 2)), 1.0, atol=1e-14)


def test_an_even_horizontal_line() -> None:
    kernel = motion.line_psf([4.0], [0.0], 7)[0].numpy()
    expected = np.zeros((7, 7))
    expected[3, 1:6] = [0.125, 0.25, 0.25, 0.25, 0.125]
    np.testing.assert_allclose(kernel, expected, atol=1e-11)


def test_positive_angles_turn_downwards() -> None:
    kernel = motion.line_psf([9.0], [math.pi / 4], 11)[0].numpy()
    assert kernel[8, 8] > 0.05
    assert kernel[2, 8] == 0.0


def test_shakes_are_centred_and_whole() -> None:
    kernels = motion.shake_psf([30.0] * 24, [0.005] * 24, KEYS, 33).numpy()
    np.testing.assert_allclose(centres(kernels), 0.0, atol=1e-8)
    np.testing.assert_allclose(kernels.sum((1, 2)), 1.0, atol=1e-14)
    assert kernels.min() >= 0.0


def test_a_shake_is_the_same_in_any_company_and_canvas() -> None:
    lengths, anxieties = np.linspace(0, 60, 24), np.linspace(0, 0.1, 24)
    together = motion.shake_psf(list(lengths), list(anxieties), KEYS, 63)
    for i in range(24):
        canvas = 2 * motion.path_radius(lengths[i]) + 1
        alone = motion.shake_psf([lengths[i]], [anxieties[i]], [KEYS[i]], canvas)[0]
        edge = (63 - canvas) // 2
        assert torch.equal(together[i, edge : 63 - edge, edge : 63 - edge], alone)


def test_the_length_is_the_path_s() -> None:
    lengths = np.array([1.0, 12.0, 64.0, 0.0])
    x, y = motion.shake_paths(lengths, np.full(4, 0.005), KEYS[:4])
    steps = np.hypot(np.diff(x), np.diff(y))
    np.testing.assert_allclose(steps.sum(1), lengths, rtol=1e-12)


def test_without_anxiety_the_path_is_straight_and_its_directions_uniform() -> None:
    keys = [(index, 5) for index in range(400)]
    x, y = motion.shake_paths(np.full(400, 10.0), np.zeros(400), keys)
    np.testing.assert_allclose(np.hypot(x[:, -1] - x[:, 0], y[:, -1] - y[:, 0]), 10.0, rtol=1e-9)
    heading = np.arctan2(y[:, -1] - y[:, 0], x[:, -1] - x[:, 0])
    counts = np.histogram(heading, 8, (-math.pi, math.pi))[0]
    assert (((counts - 50) ** 2) / 50).sum() < 24.3  # chi-square of 7 degrees, 0.1 %


def test_more_anxiety_stays_nearer() -> None:
    extents = []
    for anxiety in (0.0, 0.005, 0.05):
        x, y = motion.shake_paths(np.full(24, 40.0), np.full(24, anxiety), KEYS)
        extents.append(np.sqrt((x * x + y * y).mean()))
    assert extents[0] == pytest.approx(40 / math.sqrt(12), rel=1e-3)
    assert extents[0] > 1.05 * extents[1] > 1.1 * extents[2]


def path_by_the_published_loop(length: float, anxiety: float, key: tuple[int, int]) -> np.ndarray:
    """The paper's code, in complex numbers and one sample at a time, on the same random numbers."""
    once, uniform, normal_x, normal_y, turn = motion._draws([key])
    speed = length / (motion.STEPS - 1)
    x = np.zeros(motion.STEPS, complex)
    v = np.exp(2j * np.pi * once[3, 0]) * speed
    for t in range(motion.STEPS - 1):
        thrown = uniform[t, 0] < 0.2 * once[1, 0] * anxiety
        dv = 2 * v * np.exp(1j * turn[t, 0]) if thrown else 0
        noise = 10 * once[2, 0] * (normal_x[t, 0] + 1j * normal_y[t, 0])
        dv = dv + anxiety * (noise - 0.7 * once[0, 0] * x[t]) * speed
        v = (v + dv) / abs(v + dv) * speed
        x[t + 1] = x[t] + v
    return x - x.mean()


def test_the_path_is_the_published_one() -> None:
    for key, length, anxiety in ((KEYS[1], 30.0, 0.005), (KEYS[2], 50.0, 0.08)):
        x, y = motion.shake_paths(np.array([length]), np.array([anxiety]), [key])
        np.testing.assert_allclose(
            x[0] + 1j * y[0], path_by_the_published_loop(length, anxiety, key), atol=1e-9
        )


def test_random_numbers_have_their_law() -> None:
    once, uniform, normal_x, normal_y, turn = motion._draws(KEYS)
    count = normal_x.size
    for normal in (normal_x, normal_y):
        assert abs(normal.mean()) < 4 / math.sqrt(count)
        assert abs(normal.var() - 1) < 4 * math.sqrt(2 / count)
    for flat in (uniform, turn - math.pi + 0.5):
        assert abs(flat.mean() - 0.5) < 4 / math.sqrt(12 * count)
        assert 0 < flat.min() < flat.max() < 1
    assert abs(np.corrcoef(normal_x.ravel(), normal_y.ravel())[0, 1]) < 4 / math.sqrt(count)
    assert len(np.unique(once)) == once.size
