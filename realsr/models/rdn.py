"""RDN: residual dense blocks, their outputs merged."""

from __future__ import annotations

import torch
from pydantic import Field
from torch import Tensor, nn

from realsr.models.base import Architecture, Arguments
from realsr.models.layers import Dense, Skip, conv, conv_relu
from realsr.models.upsampling import sub_pixel


class RDNArguments(Arguments):
    """The network of the paper's tables."""

    blocks: int = Field(default=16, ge=1, description="D: residual dense blocks")
    layers: int = Field(default=8, ge=1, description="C: dense convolutions of a block")
    growth: int = Field(default=64, ge=1, description="G: channels that each of them adds")
    features: int = Field(default=64, ge=1, description="G0: channels between blocks")


class RDN(nn.Module):
    """Figure 2; [0, 1] inside, initial weights torch's."""

    def __init__(self, arguments: RDNArguments) -> None:
        super().__init__()
        features, blocks = arguments.features, arguments.blocks
        self.shallow = conv(arguments.channels, features)
        self.entry = conv(features, features)
        self.blocks = nn.ModuleList(_block(arguments) for _ in range(blocks))
        self.fusion = nn.Sequential(conv(blocks * features, features, 1), conv(features, features))
        self.upsampler = sub_pixel(features, arguments.scale)
        self.tail = conv(features, arguments.channels)

    def forward(self, lr: Tensor) -> Tensor:
        shallow = self.shallow(lr)
        state, outputs = self.entry(shallow), []
        for block in self.blocks:
            state = block(state)
            outputs.append(state)
        features = shallow + self.fusion(torch.cat(outputs, dim=1))
        result: Tensor = self.tail(self.upsampler(features))
        return result


def _block(arguments: RDNArguments) -> Skip:
    """Dense convolutions, a 1x1 that merges them, and the block's input (eq. 4-6)."""
    features, growth = arguments.features, arguments.growth
    widths = [features + growth * count for count in range(arguments.layers + 1)]
    dense = [conv_relu(width, growth) for width in widths[:-1]]
    return Skip(Dense(*dense), conv(widths[-1], features, 1))


RDN_ROW = Architecture(
    name="rdn",
    arguments=RDNArguments,
    build=RDN,
    scales=(2, 3, 4),
    parameters=(22_123_395, 22_308_035, 22_271_107),
    colour="rgb",
    summary="sixteen residual dense blocks of eight convolutions",
    source="Zhang et al., CVPR 2018, arXiv 1802.08797; it states no range of values, here [0, 1]",
)
