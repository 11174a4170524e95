"""Unprocessing and its way back: inverses, matrices, highlights."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from degrade.functional.camera import (
    CAMERA_FROM_XYZ,
    XYZ_FROM_SRGB,
    Camera,
    inverse_tone_curve,
    render,
    saturate,
    sensor_matrix,
    tone_curve,
    unprocess,
)

MIXTURES = [(0.0, 0.0, 0.0, 0.0), (1.0, 0.0, 0.0, 0.0), (0.0, 0.7, 0.2, 1.0), (1.0, 1.0, 1.0, 1.0)]
BOTH = pytest.mark.parametrize("tone", [False, True])


def camera(shares: tuple[float, ...], tone: bool, clip: bool, exposure: float = 0.8) -> Camera:
    matrix = torch.from_numpy(sensor_matrix(shares)).unsqueeze(0)
    gains = torch.tensor([[2.1, 1.0, 1.6]], dtype=torch.float64) / exposure
    return Camera(
        matrix, torch.linalg.inv(matrix), gains, torch.tensor([tone]), torch.tensor([clip])
    )


def process(light: torch.Tensor, taken: Camera) -> torch.Tensor:
    gains = taken.gains.view(-1, 3, 1, 1)
    return render(saturate(saturate(light, taken) * gains, taken), taken)


def colours(low: float, high: float) -> torch.Tensor:
    steps = torch.linspace(low, high, 12, dtype=torch.float64)
    return torch.stack(torch.meshgrid(steps, steps, steps, indexing="ij")).reshape(1, 3, 12, 144)


@BOTH
@pytest.mark.parametrize("shares", MIXTURES)
@pytest.mark.parametrize("exposure", [0.5, 0.8, 1.0])
def test_processing_undoes_unprocessing_below_highlights(
    shares: tuple[float, ...], tone: bool, exposure: float
) -> None:
    pictures, taken = colours(0.0, 0.93), camera(shares, tone, True, exposure)
    assert (process(unprocess(pictures, taken), taken) - pictures).abs().max() < 1e-5


@BOTH
@pytest.mark.parametrize("shares", MIXTURES)
def test_without_clipping_highlights_come_back_too(shares: tuple[float, ...], tone: bool) -> None:
    pictures, taken = colours(0.0, 1.0), camera(shares, tone, False)
    assert (process(unprocess(pictures, taken), taken) - pictures).abs().max() < 1e-5


@BOTH
@pytest.mark.parametrize("shares", MIXTURES)
def test_white_saturates_the_sensor_and_stays_white(shares: tuple[float, ...], tone: bool) -> None:
    white, taken = torch.ones(1, 3, 1, 1), camera(shares, tone, True)
    light = unprocess(white, taken)
    assert (light - 1).abs().max() < 1e-4
    assert (process(light, taken) - 1).abs().max() < 1e-6


def test_grey_is_grey_divided_by_its_gains() -> None:
    for shares in MIXTURES:
        taken = camera(shares, tone=False, clip=True)
        light = unprocess(torch.full((1, 3, 1, 1), 0.5), taken)
        expected = ((0.5 + 0.055) / 1.055) ** 2.4 / taken.gains[0]
        assert torch.allclose(light[0, :, 0, 0], expected, atol=1e-12)


def test_matrices() -> None:
    """Each camera by itself: rows of its product with sRGB's primaries, scaled to keep grey."""
    for index, matrix in enumerate(CAMERA_FROM_XYZ.values()):
        alone = sensor_matrix(tuple(float(index == k) for k in range(4)))
        product = np.array(matrix) @ np.array(XYZ_FROM_SRGB)
        assert np.allclose(alone.sum(axis=1), 1)
        assert np.allclose(alone / alone[:, :1], product / product[:, :1])
        assert alone.argmax(axis=1).tolist() == [0, 1, 2]
    assert np.array_equal(sensor_matrix((0, 0, 0, 0)), np.eye(3))
    assert np.allclose(sensor_matrix((1, 1, 1, 1)), sensor_matrix((0.2, 0.2, 0.2, 0.2)))


def test_tone_curve_is_a_smoothstep_and_level_beyond() -> None:
    x = torch.linspace(0, 1, 1001, dtype=torch.float64)
    y = tone_curve(x)
    assert torch.allclose(y, 3 * x**2 - 2 * x**3)
    assert (tone_curve(inverse_tone_curve(x)) - x).abs().max() < 1e-11
    assert (inverse_tone_curve(y) - x).abs().max() < 1e-6
    assert tone_curve(torch.tensor([-0.5, 1.5])).tolist() == [0, 1]


@BOTH
@pytest.mark.parametrize("clip", [False, True])
def test_gradients_are_finite_from_black_to_white(tone: bool, clip: bool) -> None:
    pictures, taken = colours(0.0, 1.0).requires_grad_(), camera((1.0, 1.0, 1.0, 1.0), tone, clip)
    process(unprocess(pictures, taken), taken).sum().backward()  # type: ignore[no-untyped-call]
    assert pictures.grad is not None
    assert torch.isfinite(pictures.grad).all()


def test_gains_fade_to_one_in_highlights_and_never_darken() -> None:
    """Brooks et al., section 3.4: max(alpha^2 + (1 - alpha^2) / g, 1 / g), alpha from 0 at 0.9 to 1 at white."""
    identity = torch.eye(3, dtype=torch.float64).unsqueeze(0)
    gains = torch.tensor([[2.1, 1.0, 0.8]], dtype=torch.float64)
    taken = Camera(identity, identity, gains, torch.tensor([False]), torch.tensor([True]))
    for light in (0.5, 0.89, 0.92, 0.95, 0.99, 1.0):
        encoded = 1.055 * light ** (1 / 2.4) - 0.055
        picture = torch.full((1, 3, 1, 1), encoded, dtype=torch.float64)
        alpha = min(max((light - 0.9) / 0.1, 0.0), 1.0) ** 2
        for found, gain in zip(
            unprocess(picture, taken).flatten().tolist(), (2.1, 1.0, 0.8), strict=True
        ):
            expected = light * max(alpha + (1 - alpha) / gain, 1 / gain)
            assert found == pytest.approx(expected, rel=1e-9)


def test_the_makers_matrices_are_the_published_ones() -> None:
    """Each entry weighed by its place, so that no digit and no two of them can change unseen."""
    found = {
        name: sum(
            (3 * i + j + 1) * value for i, row in enumerate(matrix) for j, value in enumerate(row)
        )
        for name, matrix in CAMERA_FROM_XYZ.items()
    }
    assert found == pytest.approx(
        {"nexus_6p": 12.4061, "sony_a7r": 13.4613, "olympus_em10": 11.4225, "sony_rx100": 11.0789},
        abs=1e-9,
    )
