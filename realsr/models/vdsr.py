"""VDSR: twenty convolutions that predict what bicubic enlargement lacks, at any scale."""

from __future__ import annotations

from pydantic import Field
from torch import Tensor

from realsr.models.base import Architecture, LumaArguments
from realsr.models.initialisation import he_
from realsr.models.layers import Skip, conv, conv_relu
from realsr.models.scales import PreEnlarged


class VDSRArguments(LumaArguments):
    depth: int = Field(default=20, ge=2, description="convolutions")
    features: int = Field(default=64, ge=1, description="channels between them")


class VDSR(PreEnlarged):
    """One set of weights for all scales, from He's distribution; the training mixes x2, x3 and x4."""

    def __init__(self, arguments: VDSRArguments) -> None:
        super().__init__(arguments.scale)
        channels, features = arguments.channels, arguments.features
        inner = [conv_relu(features, features) for _ in range(arguments.depth - 2)]
        self.residual = Skip(conv_relu(channels, features), *inner, conv(features, channels))
        he_(self)

    def refined(self, images: Tensor) -> Tensor:
        result: Tensor = self.residual(images)
        return result


VDSR_ROW = Architecture(
    name="vdsr",
    arguments=VDSRArguments,
    build=VDSR,
    scales=(2, 3, 4),
    parameters=(665_921,),
    colour="y",
    summary="twenty convolutions that add detail to the bicubically enlarged image, one net for all scales",
    source="Kim, Lee and Lee, CVPR 2016, arXiv 1511.04587",
)
