"""The shared pieces against values worked out by hand."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from realsr.models.colour_range import DIV2K_MEAN, ColourRange
from realsr.models.layers import ChannelAttention, Dense, Skip, conv
from tests.models.reduced import noise


def test_skip_adds_the_weighted_change() -> None:
    doubling = nn.Upsample(scale_factor=1)
    x = noise(1, 2, 3, 3)
    assert torch.allclose(Skip(doubling)(x), 2 * x)
    assert torch.allclose(Skip(doubling, weight=0.1)(x), 1.1 * x)
    assert torch.allclose(Skip(Skip(doubling), doubling, weight=0.5)(x), 2 * x)


def test_dense_hands_every_layer_all_that_came_before() -> None:
    x = noise(1, 1, 2, 2)
    result = Dense(nn.Identity(), nn.Identity())(x)
    assert torch.equal(result, x.expand(1, 4, 2, 2))


def test_conv_keeps_the_size_for_odd_kernels() -> None:
    for kernel in (1, 3, 5, 9):
        assert conv(4, 8, kernel, groups=2)(noise(1, 4, 5, 6)).shape == (1, 8, 5, 6)


def test_attention_weighs_channels_by_their_means() -> None:
    """One hidden unit reads channel 0's mean and doubles it; the weights are its sigmoid and 1/2."""
    attention = ChannelAttention(2, 2)
    squeeze, excite = attention.weigh[1], attention.weigh[3]
    with torch.no_grad():
        squeeze.weight.copy_(torch.tensor([2.0, 0.0]).view(1, 2, 1, 1))
        excite.weight.copy_(torch.tensor([1.0, 0.0]).view(2, 1, 1, 1))
        squeeze.bias.zero_()
        excite.bias.zero_()
    x = noise(1, 2, 3, 5)
    first = torch.sigmoid(2 * x[:, 0].mean())
    expected = torch.stack([x[:, 0] * first, x[:, 1] * 0.5], dim=1)
    assert torch.allclose(attention(x), expected)


@pytest.mark.parametrize("full", [1.0, 255.0])
def test_colour_range_is_the_papers_and_invertible(full: float) -> None:
    colours = ColourRange(3, full=full)
    grey = torch.full((1, 3, 1, 1), 0.5)
    seen = colours.inward(grey).flatten().tolist()
    assert seen == pytest.approx([(0.5 - mean) * full for mean in DIV2K_MEAN], abs=1e-4)
    x = noise(2, 3, 4, 4)
    assert torch.allclose(colours.outward(colours.inward(x)), x, atol=1e-6)
    assert not colours.state_dict()


def test_colour_range_of_one_channel_takes_the_mean_of_the_mean() -> None:
    assert ColourRange(1).mean.item() == pytest.approx(0.4299667)
