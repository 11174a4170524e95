"""One convolution at LR size and a pixel shuffle: the least network that learns to enlarge."""

from __future__ import annotations

from typing import Literal

from pydantic import Field
from torch import Tensor, nn

from realsr.models.base import Architecture, Arguments


class OneLayerArguments(Arguments):
    kernel: Literal[1, 3, 5, 7] = Field(default=5, description="side of the convolution")


class OneLayer(nn.Module):
    """LR b c h w -> SR b c scale*h scale*w."""

    def __init__(self, arguments: OneLayerArguments) -> None:
        super().__init__()
        few, many = arguments.channels, arguments.channels * arguments.scale**2
        self.conv = nn.Conv2d(few, many, arguments.kernel, padding=arguments.kernel // 2)
        self.shuffle = nn.PixelShuffle(arguments.scale)

    def forward(self, lr: Tensor) -> Tensor:
        sr: Tensor = self.shuffle(self.conv(lr))
        return sr


ONE_LAYER_ROW = Architecture(
    name="one_layer",
    arguments=OneLayerArguments,
    build=OneLayer,
    scales=(2, 3, 4),
    parameters=(912, 2_052, 3_648),
    colour="rgb",
    summary="one convolution and a pixel shuffle",
    source="ours; initial weights are torch's",
)
