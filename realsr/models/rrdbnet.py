"""RRDBNet: the generator of ESRGAN, residual-in-residual dense blocks without normalisation."""

from __future__ import annotations

from typing import Literal

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional

from realsr.models.base import Architecture, Arguments
from realsr.models.initialisation import he_
from realsr.models.layers import conv


class RRDBNetArguments(Arguments):
    """RRDBNet: depth and width. The paper's small net has 16 blocks, Real-ESRGAN's anime one 6."""

    scale: Literal[1, 2, 4] = Field(description="HR side / LR side")
    blocks: int = Field(default=23, ge=1, description="residual-in-residual dense blocks")
    features: int = Field(default=64, ge=1, description="channels of the body")
    growth: int = Field(default=32, ge=1, description="channels that a dense convolution adds")


class DenseBlock(nn.Module):
    """Five convolutions, each over everything before it; a fifth of the last is added to the input."""

    def __init__(self, features: int, growth: int) -> None:
        super().__init__()
        self.conv1 = conv(features, growth)
        self.conv2 = conv(features + growth, growth)
        self.conv3 = conv(features + 2 * growth, growth)
        self.conv4 = conv(features + 3 * growth, growth)
        self.conv5 = conv(features + 4 * growth, features)
        he_(self, gain=0.1)

    def forward(self, x: Tensor) -> Tensor:
        seen = x
        for layer in (self.conv1, self.conv2, self.conv3, self.conv4):
            seen = torch.cat([seen, _active(layer(seen))], dim=1)
        residual: Tensor = self.conv5(seen)
        return x + 0.2 * residual


class RRDB(nn.Module):
    """Three dense blocks; a fifth of their result is added to the input."""

    def __init__(self, features: int, growth: int) -> None:
        super().__init__()
        self.rdb1 = DenseBlock(features, growth)
        self.rdb2 = DenseBlock(features, growth)
        self.rdb3 = DenseBlock(features, growth)

    def forward(self, x: Tensor) -> Tensor:
        residual: Tensor = self.rdb3(self.rdb2(self.rdb1(x)))
        return x + 0.2 * residual


class RRDBNet(nn.Module):
    """Twice nearest x2 and convolution behind the body. Keys are BasicSR's.

    x2 and x1 are Real-ESRGAN's: the same x4 network behind a pixel unshuffle of 2 or 4. An LR whose sides that
    factor does not divide is extended by its border pixels, and the result cut back.
    """

    def __init__(self, arguments: RRDBNetArguments) -> None:
        super().__init__()
        channels, features = arguments.channels, arguments.features
        self.scale: int = arguments.scale
        self.unshuffle = 4 // arguments.scale
        self.conv_first = conv(channels * self.unshuffle**2, features)
        self.body = nn.Sequential(
            *(RRDB(features, arguments.growth) for _ in range(arguments.blocks))
        )
        self.conv_body = conv(features, features)
        self.conv_up1 = conv(features, features)
        self.conv_up2 = conv(features, features)
        self.conv_hr = conv(features, features)
        self.conv_last = conv(features, channels)

    def forward(self, lr: Tensor) -> Tensor:
        """`b c h w` to `b c scale*h scale*w`."""
        height, width = lr.shape[-2:]
        shallow = self.conv_first(_unshuffled(lr, self.unshuffle))
        x = shallow + self.conv_body(self.body(shallow))
        for layer in (self.conv_up1, self.conv_up2):
            x = _active(layer(functional.interpolate(x, scale_factor=2.0, mode="nearest")))
        sr: Tensor = self.conv_last(_active(self.conv_hr(x)))
        return sr[..., : self.scale * height, : self.scale * width]


def _active(x: Tensor) -> Tensor:
    return functional.leaky_relu(x, 0.2, inplace=True)


def _unshuffled(lr: Tensor, factor: int) -> Tensor:
    if factor == 1:
        return lr
    height, width = lr.shape[-2:]
    whole = functional.pad(lr, (0, -width % factor, 0, -height % factor), mode="replicate")
    return functional.pixel_unshuffle(whole, factor)


RRDBNET_ROW = Architecture(
    name="rrdbnet",
    arguments=RRDBNetArguments,
    build=RRDBNet,
    scales=(1, 2, 4),
    parameters=(16_723_907, 16_703_171, 16_697_987),
    colour="rgb",
    summary="23 residual-in-residual dense blocks, nearest + convolution; ESRGAN's and Real-ESRGAN's generator",
    source="Wang et al., ESRGAN, ECCVW 2018 (x4); x2, x1 and keys: Real-ESRGAN, ICCVW 2021",
)
