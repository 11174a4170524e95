"""SRResNet: the generator of SRGAN, with batch normalisation and 9 x 9 ends."""

from __future__ import annotations

from pydantic import Field
from torch import Tensor, nn

from realsr.models.base import Architecture, Arguments
from realsr.models.layers import Skip, conv
from realsr.models.upsampling import sub_pixel


class SRResNetArguments(Arguments):
    """SRResNet: depth and width."""

    blocks: int = Field(default=16, ge=1, description="residual blocks")
    features: int = Field(default=64, ge=1, description="channels of the body")


class SRResNet(nn.Module):
    """LR in [0, 1]; inside, HR lives in [-1, 1] as in the paper, and is brought back to [0, 1]."""

    def __init__(self, arguments: SRResNetArguments) -> None:
        super().__init__()
        channels, features = arguments.channels, arguments.features
        self.head = nn.Sequential(conv(channels, features, 9), nn.PReLU())
        self.body = nn.Sequential(
            *(_block(features) for _ in range(arguments.blocks)),
            conv(features, features),
            nn.BatchNorm2d(features),
        )
        self.upsampler = sub_pixel(features, arguments.scale, nn.PReLU)
        self.tail = conv(features, channels, 9)

    def forward(self, lr: Tensor) -> Tensor:
        """`b c h w` in [0, 1] to `b c scale*h scale*w`."""
        shallow = self.head(lr)
        symmetric: Tensor = self.tail(self.upsampler(shallow + self.body(shallow)))
        return (symmetric + 1.0) / 2.0


def _block(features: int) -> Skip:
    return Skip(
        *(conv(features, features), nn.BatchNorm2d(features), nn.PReLU()),
        *(conv(features, features), nn.BatchNorm2d(features)),
    )


SRRESNET_ROW = Architecture(
    name="srresnet",
    arguments=SRResNetArguments,
    build=SRResNet,
    scales=(2, 3, 4),
    parameters=(1_401_749, 1_586_389, 1_549_462),
    colour="rgb",
    summary="16 residual blocks with batch normalisation, sub-pixel convolution; SRGAN's generator",
    source="Ledig et al., CVPR 2017, figure 4 (x4; x2 and x3 take fewer or other upsampling steps)",
)
