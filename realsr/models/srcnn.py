"""SRCNN: patch extraction, non-linear mapping, reconstruction, on the image already enlarged."""

from __future__ import annotations

from typing import Literal

from pydantic import Field
from torch import Tensor, nn

from realsr.models.base import Architecture, LumaArguments
from realsr.models.initialisation import gaussian_
from realsr.models.layers import conv
from realsr.models.scales import PreEnlarged


class SRCNNArguments(LumaArguments):
    """The paper's 9-1-5, 9-3-5 and 9-5-5 differ in the kernel of the mapping."""

    middle: Literal[1, 3, 5] = Field(default=5, description="side of the second kernel")
    features: tuple[int, int] = Field(default=(64, 32), description="filters of layers 1 and 2")


class SRCNN(PreEnlarged):
    """Three convolutions (eq. 1-3), every weight from N(0, 1e-3^2) as in section 3.3."""

    def __init__(self, arguments: SRCNNArguments) -> None:
        super().__init__(arguments.scale)
        first, second = arguments.features
        self.layers = nn.Sequential(
            conv(arguments.channels, first, 9),
            nn.ReLU(),
            conv(first, second, arguments.middle),
            nn.ReLU(),
            conv(second, arguments.channels, 5),
        )
        gaussian_(self, 1e-3)

    def refined(self, images: Tensor) -> Tensor:
        result: Tensor = self.layers(images)
        return result


SRCNN_ROW = Architecture(
    name="srcnn",
    arguments=SRCNNArguments,
    build=SRCNN,
    scales=(2, 3, 4),
    parameters=(57_281,),
    colour="y",
    summary="three convolutions on the bicubically enlarged image",
    source="Dong et al., TPAMI 2016, arXiv 1501.00092; the borders are padded with zeros, not cut off",
)
