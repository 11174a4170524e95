"""ESPCN: three convolutions at LR size, the last of which gives all sub-pixels at once."""

from __future__ import annotations

from pydantic import Field
from torch import Tensor, nn

from realsr.models.base import Architecture, LumaArguments
from realsr.models.layers import conv


class ESPCNArguments(LumaArguments):
    features: tuple[int, int] = Field(default=(64, 32), description="filters of layers 1 and 2")


class ESPCN(nn.Module):
    """One shuffle by the whole scale, also for 4 (eq. 4), and tanh, which the paper found best."""

    def __init__(self, arguments: ESPCNArguments) -> None:
        super().__init__()
        first, second = arguments.features
        self.layers = nn.Sequential(
            conv(arguments.channels, first, 5),
            nn.Tanh(),
            conv(first, second, 3),
            nn.Tanh(),
            conv(second, arguments.channels * arguments.scale**2, 3),
            nn.PixelShuffle(arguments.scale),
        )

    def forward(self, lr: Tensor) -> Tensor:
        result: Tensor = self.layers(lr)
        return result


ESPCN_ROW = Architecture(
    name="espcn",
    arguments=ESPCNArguments,
    build=ESPCN,
    scales=(2, 3, 4),
    parameters=(21_284, 22_729, 24_752),
    colour="y",
    summary="three convolutions at LR size and one pixel shuffle",
    source="Shi et al., CVPR 2016, arXiv 1609.05158; initial weights, which it does not state, are torch's",
)
