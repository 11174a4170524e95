"""LapSRN: a Laplacian pyramid whose levels have weights of their own."""

from __future__ import annotations

from pydantic import Field
from torch import Tensor, nn

from realsr.models.base import Architecture
from realsr.models.initialisation import he_
from realsr.models.laplacian import LaplacianArguments, LaplacianPyramid, Level
from realsr.models.layers import conv


class LapSRNArguments(LaplacianArguments):
    """LapSRN: depth of a level."""

    depth: int = Field(default=10, ge=1, description="convolutions a level")


class LapSRN(LaplacianPyramid):
    """Ten convolutions with leaky ReLU a level."""

    def __init__(self, arguments: LapSRNArguments) -> None:
        super().__init__(arguments)
        width = arguments.features
        self.embeddings = nn.ModuleList(_chain(width, arguments.depth) for _ in range(self.levels))
        self.steps = nn.ModuleList(
            Level(width, arguments.channels, arguments.kernel) for _ in range(self.levels)
        )

    def embed(self, level: int, features: Tensor) -> Tensor:
        embedded: Tensor = self.embeddings[level](features)
        return embedded

    def step(self, level: int) -> nn.Module:
        return self.steps[level]


def _chain(width: int, depth: int) -> nn.Sequential:
    pairs = ((conv(width, width), nn.LeakyReLU(0.2)) for _ in range(depth))
    chain = nn.Sequential(*(layer for pair in pairs for layer in pair))
    he_(chain)
    return chain


LAPSRN_ROW = Architecture(
    name="lapsrn",
    arguments=LapSRNArguments,
    build=LapSRN,
    scales=(2, 3, 4, 8),
    parameters=(407_441, 814_242, 814_242, 1_221_043),
    shrunk=(3,),
    colour="y",
    summary="progressive: every factor 2 adds a predicted residual to a learned enlargement",
    source="Lai et al., CVPR 2017; the features' transposed convolution is 3 x 3 as in the authors' code, "
    "which the published 812K (x4, weights alone) counts, and 4 x 4 by `kernel=4`; "
    "x3 is the x4 result shrunk, as in the paper",
)
