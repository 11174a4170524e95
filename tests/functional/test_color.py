"""The sRGB transfer, luma and matrices."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from skimage import color as oracle

from degrade.functional import color


def test_the_transfer_is_that_of_scikit_image() -> None:
    values = np.linspace(0, 1, 4097)
    xyz = oracle.rgb2xyz(np.stack([values] * 3, axis=-1)[None])
    ours = color.srgb_to_linear(torch.from_numpy(values)).numpy()
    # Its white is the matrix's row sum, so the luminance of grey is the light itself.
    np.testing.assert_allclose(ours, xyz[0, :, 1], atol=2e-6, rtol=0)


def test_known_values_of_the_transfer() -> None:
    light = color.srgb_to_linear(torch.tensor([0.0, 0.04045, 0.5, 1.0], dtype=torch.float64))
    np.testing.assert_allclose(light, [0.0, 0.0031308049, 0.2140411405, 1.0], atol=1e-9, rtol=0)


def test_the_two_ways_undo_one_another_beyond_the_range_too() -> None:
    values = torch.linspace(-1.5, 2.5, 100_001, dtype=torch.float64)
    there = color.srgb_to_linear(values)
    assert (color.linear_to_srgb(there) - values).abs().max() < 1e-12
    assert (there.diff() > 0).all()
    assert torch.equal(color.srgb_to_linear(-values), -there)
    narrow = values.float()
    back = color.linear_to_srgb(color.srgb_to_linear(narrow.double())).float()
    assert torch.equal(back, narrow)


def test_slopes_are_finite_everywhere() -> None:
    for transfer, slope in ((color.srgb_to_linear, 1 / 12.92), (color.linear_to_srgb, 12.92)):
        values = torch.tensor([-1.0, 0.0, 1e-9, 0.5, 1.0, 2.0], dtype=torch.float64)
        values.requires_grad_()
        transfer(values).sum().backward()
        assert values.grad is not None
        assert torch.isfinite(values.grad).all()
        assert values.grad[1].item() == pytest.approx(slope)


def test_ycbcr_there_and_back() -> None:
    rgb = torch.rand((2, 3, 9, 8), generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    ycbcr = color.apply_matrix(rgb, color.YCBCR_FROM_RGB)
    expected = oracle.rgb2ypbpr(rgb.permute(0, 2, 3, 1).numpy())
    np.testing.assert_allclose(ycbcr.permute(0, 2, 3, 1), expected, atol=1e-5, rtol=0)
    back = color.apply_matrix(ycbcr, color.RGB_FROM_YCBCR)
    assert (back - rgb).abs().max() < 1e-12
    assert torch.allclose(color.luma(rgb), ycbcr[:, :1], atol=1e-15)
    assert torch.equal(color.luma(rgb[:, :1]), rgb[:, :1])


@pytest.mark.parametrize(
    ("colour", "luma"),
    [
        ((0, 0, 0), 16),
        ((1, 1, 1), 235),
        ((1, 0, 0), 81.481),
        ((0, 1, 0), 144.553),
        ((0, 0, 1), 40.966),
    ],
)
def test_studio_luma_is_that_of_bt601(colour: tuple[float, ...], luma: float) -> None:
    found = color.studio_luma(torch.tensor(colour, dtype=torch.float64).view(1, 3, 1, 1))
    assert 255 * found.item() == pytest.approx(luma, abs=1e-9)


def test_gain_one_leaves_every_8_bit_value() -> None:
    values = (torch.arange(256) / 255).view(1, 1, 16, 16)
    assert torch.equal(color.scale_light(values, torch.ones(1)), values)
    doubled = color.srgb_to_linear(color.scale_light(values, torch.tensor(2.0)).double())
    assert torch.allclose(doubled, 2 * color.srgb_to_linear(values.double()), atol=1e-6)
