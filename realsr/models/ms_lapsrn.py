"""MS-LapSRN: LapSRN with one set of weights for every level and recursion."""

from __future__ import annotations

from pydantic import Field
from torch import Tensor, nn

from realsr.models.base import Architecture
from realsr.models.initialisation import he_
from realsr.models.laplacian import LaplacianArguments, LaplacianPyramid, Level
from realsr.models.layers import conv


class MSLapSRNArguments(LaplacianArguments):
    """MS-LapSRN: depth of the recursive block and how often it is applied a level."""

    depth: int = Field(default=5, ge=1, description="convolutions of the recursive block (D)")
    recursions: int = Field(default=8, ge=1, description="uses of the block a level (R)")


class MSLapSRN(LaplacianPyramid):
    """Pre-activated recursive blocks, each with a skip from the level's input ("SS")."""

    def __init__(self, arguments: MSLapSRNArguments) -> None:
        super().__init__(arguments)
        self.recursions = arguments.recursions
        self.block = _chain(arguments.features, arguments.depth)
        self.shared = Level(arguments.features, arguments.channels, arguments.kernel)

    def embed(self, level: int, features: Tensor) -> Tensor:
        x = features
        for _ in range(self.recursions):
            x = features + self.block(x)
        return x

    def step(self, level: int) -> nn.Module:
        return self.shared


def _chain(width: int, depth: int) -> nn.Sequential:
    pairs = ((nn.LeakyReLU(0.2), conv(width, width)) for _ in range(depth))
    chain = nn.Sequential(*(layer for pair in pairs for layer in pair))
    # Small, because the block is applied again and again to its own result.
    he_(chain, gain=0.1)
    return chain


MS_LAPSRN_ROW = Architecture(
    name="ms_lapsrn",
    arguments=MSLapSRNArguments,
    build=MSLapSRN,
    scales=(2, 3, 4, 8),
    shrunk=(3,),
    parameters=(222_801,),
    colour="y",
    summary="LapSRN with weights shared by all levels and recursions; one network for x2, x4 and x8",
    source="Lai et al., TPAMI 2019, LapSRN_SS-D5R8; 3 x 3 transposed convolution, with which the published "
    "222K (weights alone, the same for every R) is met",
)
