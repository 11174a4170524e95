"""DRRN: one residual unit applied many times, always on top of the first feature."""

from __future__ import annotations

from pydantic import Field
from torch import Tensor, nn

from realsr.models.base import Architecture, LumaArguments
from realsr.models.initialisation import he_
from realsr.models.layers import conv
from realsr.models.scales import PreEnlarged


class DRRNArguments(LumaArguments):
    blocks: int = Field(
        default=1, ge=1, description="B: recursive blocks, each with its own weights"
    )
    units: int = Field(default=25, ge=1, description="U: uses of a block's residual unit")
    features: int = Field(default=128, ge=1, description="channels throughout")
    batch_norm: bool = Field(
        default=True, description="normalise before each ReLU, as the paper does"
    )


class RecursiveBlock(nn.Module):
    """A convolution, then U uses of one residual unit, each added to what that convolution gave (eq. 5).

    The uses share their two convolutions. Each has statistics of its own to normalise by, since the
    features' size grows from use to use.
    """

    def __init__(self, inputs: int, arguments: DRRNArguments) -> None:
        super().__init__()
        features = arguments.features
        self.entry = conv(inputs, features, bias=False)
        self.first, self.second = (conv(features, features, bias=False) for _ in range(2))
        self.before, self.between = (
            nn.ModuleList(
                _activation(features, arguments.batch_norm) for _ in range(arguments.units)
            )
            for _ in range(2)
        )

    def forward(self, x: Tensor) -> Tensor:
        entry: Tensor = self.entry(x)
        state = entry
        for before, between in zip(self.before, self.between, strict=True):
            state = entry + self.second(between(self.first(before(state))))
        return state


class DRRN(PreEnlarged):
    """Recursive blocks and a convolution predict what the enlarged image lacks; He's distribution."""

    def __init__(self, arguments: DRRNArguments) -> None:
        super().__init__(arguments.scale)
        channels, features = arguments.channels, arguments.features
        inputs = [channels] + [features] * (arguments.blocks - 1)
        self.blocks = nn.Sequential(*(RecursiveBlock(count, arguments) for count in inputs))
        self.exit = nn.Sequential(
            _activation(features, arguments.batch_norm), conv(features, channels, bias=False)
        )
        he_(self)

    def refined(self, images: Tensor) -> Tensor:
        change: Tensor = self.exit(self.blocks(images))
        return images + change


def _activation(features: int, batch_norm: bool) -> nn.Sequential:
    """Normalisation without scale and shift: 297,216 parameters, the paper's 297K, are weights alone."""
    first = nn.BatchNorm2d(features, affine=False) if batch_norm else nn.Identity()
    return nn.Sequential(first, nn.ReLU())


DRRN_ROW = Architecture(
    name="drrn",
    arguments=DRRNArguments,
    build=DRRN,
    scales=(2, 3, 4),
    parameters=(297_216,),
    colour="y",
    summary="52 layers from four convolutions' weights: one residual unit, twenty-five uses",
    source="Tai, Yang and Liu, CVPR 2017. Our choices: no scale and shift in the normalisation, and none of "
    "it before the very first convolution, whose ReLU would drop the darker half of the image",
)
