"""MSRResNet: SRResNet without normalisation, as most code bases since ESRGAN have it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional

from realsr.models.base import Architecture, Arguments
from realsr.models.initialisation import he_
from realsr.models.layers import conv
from realsr.models.upsampling import steps_of


class MSRResNetArguments(Arguments):
    """MSRResNet: depth and width."""

    scale: Literal[2, 3, 4] = Field(description="HR side / LR side")
    blocks: int = Field(default=16, ge=1, description="residual blocks")
    features: int = Field(default=64, ge=1, description="channels of the body")


class ResidualBlockNoBN(nn.Module):
    """Convolution, ReLU, convolution, skip; the layers have the names of published checkpoints."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.conv1 = conv(features, features)
        self.conv2 = conv(features, features)

    def forward(self, x: Tensor) -> Tensor:
        residual: Tensor = self.conv2(functional.relu(self.conv1(x)))
        return x + residual


class MSRResNet(nn.Module):
    """The network is a residual over bilinear enlargement. Keys are BasicSR's."""

    def __init__(self, arguments: MSRResNetArguments) -> None:
        super().__init__()
        channels, features = arguments.channels, arguments.features
        self.factors = steps_of(arguments.scale)
        self.conv_first = conv(channels, features)
        self.body = nn.Sequential(*(ResidualBlockNoBN(features) for _ in range(arguments.blocks)))
        for index, factor in enumerate(self.factors, start=1):
            self.add_module(f"upconv{index}", conv(features, features * factor**2))
        self.conv_hr = conv(features, features)
        self.conv_last = conv(features, channels)
        he_(self, gain=0.1)

    def forward(self, lr: Tensor) -> Tensor:
        """`b c h w` to `b c scale*h scale*w`."""
        x = self.body(_active(self.conv_first(lr)))
        for index, factor in enumerate(self.factors, start=1):
            wide = self.get_submodule(f"upconv{index}")(x)
            x = _active(functional.pixel_shuffle(wide, factor))
        residual: Tensor = self.conv_last(_active(self.conv_hr(x)))
        return residual + functional.interpolate(lr, residual.shape[-2:], mode="bilinear")


def _active(x: Tensor) -> Tensor:
    return functional.leaky_relu(x, 0.1)


MSRRESNET_ROW = Architecture(
    name="msrresnet",
    arguments=MSRResNetArguments,
    build=MSRResNet,
    scales=(2, 3, 4),
    parameters=(1_369_859, 1_554_499, 1_517_571),
    colour="rgb",
    summary="SRResNet without normalisation, with a bilinear skip from the input",
    source="Wang et al., ESRGAN, ECCVW 2018; structure and keys of BasicSR's MSRResNet",
)
