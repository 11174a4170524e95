"""EnhanceNet: nearest enlargement and convolution instead of transposed convolution."""

from __future__ import annotations

from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional

from realsr.models.base import Architecture, Arguments
from realsr.models.colour_range import ColourRange
from realsr.models.layers import conv, residual_block
from realsr.models.upsampling import NearestConv, enlarge

ENHANCENET_MEAN = (0.476, 0.450, 0.409)
"""Mean RGB of its training photographs in [0, 1]."""


class EnhanceNetArguments(Arguments):
    """EnhanceNet: depth and width."""

    blocks: int = Field(default=10, ge=1, description="residual blocks")
    features: int = Field(default=64, ge=1, description="channels of the body")


class EnhanceNet(nn.Module):
    """The network is a residual over bicubic enlargement."""

    def __init__(self, arguments: EnhanceNetArguments) -> None:
        super().__init__()
        channels, features = arguments.channels, arguments.features
        self.scale = arguments.scale
        self.colours = ColourRange(channels, mean=ENHANCENET_MEAN)
        self.head = conv(channels, features)
        self.body = nn.Sequential(*(residual_block(features) for _ in range(arguments.blocks)))
        self.upsampler = NearestConv(features, arguments.scale, nn.ReLU)
        self.hr = conv(features, features)
        self.tail = conv(features, channels)

    def forward(self, lr: Tensor) -> Tensor:
        """`b c h w` to `b c scale*h scale*w`."""
        x = self.body(functional.relu(self.head(self.colours.inward(lr))))
        x = functional.relu(self.hr(self.upsampler(x)))
        residual: Tensor = self.tail(x)
        return enlarge(lr, self.scale) + residual


ENHANCENET_ROW = Architecture(
    name="enhancenet",
    arguments=EnhanceNetArguments,
    build=EnhanceNet,
    scales=(4,),
    parameters=(852_867,),
    colour="rgb",
    summary="10 residual blocks, nearest + convolution, residual over bicubic",
    source="Sajjadi et al., ICCV 2017, table 1",
)
