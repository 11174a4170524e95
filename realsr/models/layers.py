"""The ways in which published networks join convolutions: sized alike, added, concatenated, weighed.

`Skip` and `Dense` are sequences that differ from `nn.Sequential` only in what becomes of their input. Most
architectures of 2016-2019 are nestings of the two.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


def conv(
    inputs: int, outputs: int, kernel: int = 3, *, groups: int = 1, bias: bool = True
) -> nn.Conv2d:
    """Convolution of an odd kernel that keeps height and width: zeros beyond the border."""
    return nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, groups=groups, bias=bias)


def conv_relu(inputs: int, outputs: int, kernel: int = 3) -> nn.Sequential:
    """A convolution that keeps height and width, and ReLU."""
    return nn.Sequential(conv(inputs, outputs, kernel), nn.ReLU())


class Skip(nn.Sequential):
    """x + weight * layers(x): a residual connection (He et al., CVPR 2016) around any layers.

    weight: the residual scaling of Szegedy et al. 2016, by which wide networks train stably.
    """

    def __init__(self, *layers: nn.Module, weight: float = 1.0) -> None:
        super().__init__(*layers)
        self.weight = weight

    def forward(self, x: Tensor) -> Tensor:
        change = x
        for layer in self:
            change = layer(change)
        return x + (change if self.weight == 1.0 else self.weight * change)


class Dense(nn.Sequential):
    """Each layer reads its input and every earlier output, concatenated; so does whatever follows.

    Huang et al., CVPR 2017. b c h w -> b (c + outputs of all layers) h w.
    """

    def forward(self, x: Tensor) -> Tensor:
        for layer in self:
            x = torch.cat([x, layer(x)], dim=1)
        return x


def residual_block(features: int, kernel: int = 3, *, weight: float = 1.0) -> Skip:
    """Convolution, ReLU, convolution, added to the input: EDSR's block without normalisation."""
    return Skip(
        conv(features, features, kernel), nn.ReLU(), conv(features, features, kernel), weight=weight
    )


class ChannelAttention(nn.Module):
    """Multiplies each channel by a weight in (0, 1) that all channels' means decide (RCAN, eq. 8-10)."""

    def __init__(self, features: int, reduction: int) -> None:
        super().__init__()
        self.weigh = nn.Sequential(
            nn.AdaptiveAvgPool2d(1),
            conv(features, features // reduction, 1),
            nn.ReLU(),
            conv(features // reduction, features, 1),
            nn.Sigmoid(),
        )

    def forward(self, x: Tensor) -> Tensor:
        weights: Tensor = self.weigh(x)
        return x * weights
