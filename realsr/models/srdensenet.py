"""SRDenseNet: dense blocks, all their outputs, two transposed convolutions."""

from __future__ import annotations

from pydantic import Field
from torch import Tensor, nn

from realsr.models.base import Architecture, LumaArguments
from realsr.models.initialisation import he_
from realsr.models.layers import Dense, conv, conv_relu
from realsr.models.upsampling import steps_of, transposed


class SRDenseNetArguments(LumaArguments):
    """SRDenseNet_All of the paper."""

    blocks: int = Field(default=8, ge=1, description="dense blocks")
    layers: int = Field(default=8, ge=1, description="convolutions of a block")
    growth: int = Field(default=16, ge=1, description="channels that each convolution adds")
    features: int = Field(default=256, ge=1, description="channels from the bottleneck on")


class SRDenseNet(nn.Module):
    """Figure 2c: every level's features go to the bottleneck; weights from He's distribution.

    A block's first convolution reads the outputs of all earlier blocks, the later ones those of the block.
    """

    def __init__(self, arguments: SRDenseNetArguments) -> None:
        super().__init__()
        width = arguments.growth * arguments.layers
        features = arguments.features
        self.low_level = conv_relu(arguments.channels, width)
        blocks = [_block(width * (index + 1), arguments) for index in range(arguments.blocks)]
        self.blocks = Dense(*blocks)
        self.bottleneck = conv_relu(width * (arguments.blocks + 1), features, 1)
        self.upsampler = nn.Sequential()
        for factor in steps_of(arguments.scale):
            self.upsampler.extend([transposed(features, features, factor, 3), nn.ReLU()])
        self.reconstruction = conv(features, arguments.channels)
        he_(self)

    def forward(self, lr: Tensor) -> Tensor:
        features = self.bottleneck(self.blocks(self.low_level(lr)))
        result: Tensor = self.reconstruction(self.upsampler(features))
        return result


def _block(inputs: int, arguments: SRDenseNetArguments) -> nn.Sequential:
    growth = arguments.growth
    later = [conv_relu(growth * count, growth) for count in range(1, arguments.layers)]
    return nn.Sequential(conv_relu(inputs, growth), Dense(*later))


SRDENSENET_ROW = Architecture(
    name="srdensenet",
    arguments=SRDenseNetArguments,
    build=SRDenseNet,
    scales=(4,),
    parameters=(2_659_585,),
    colour="y",
    summary="eight dense blocks, whose outputs all reach the reconstruction",
    source="Tong et al., ICCV 2017. It leaves open what a block reads; here all earlier blocks, which makes "
    "2,659,585 parameters (2,015K are quoted elsewhere)",
)
