"""CARN and CARN-M: residual blocks in a cascade of cascades."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from pydantic import Field
from torch import Tensor, nn

from realsr.models.base import Architecture
from realsr.models.colour_range import ColourRange
from realsr.models.layers import Skip, conv, conv_relu, residual_block
from realsr.models.scales import MultiScale, MultiScaleArguments
from realsr.models.upsampling import sub_pixel

_STEPS = 3
"""Blocks of a cascade, and cascades of the network."""


class CARNArguments(MultiScaleArguments):
    """groups > 1 makes the blocks residual-E: grouped convolutions and a 1x1."""

    features: int = Field(default=64, ge=1, description="channels throughout")
    groups: int = Field(
        default=1, ge=1, description="of the blocks' and the upsampler's convolutions"
    )
    shared: bool = Field(default=False, description="one block serves all three steps of a cascade")


class CARNMobileArguments(CARNArguments):
    """CARN-M of the paper."""

    groups: int = Field(
        default=4, ge=1, description="of the blocks' and the upsampler's convolutions"
    )
    shared: bool = Field(default=True, description="one block serves all three steps of a cascade")


class Cascade(nn.Module):
    """After each step a 1x1 convolution merges the input and all steps so far (eq. 5).

    blocks: one for each of the three steps, or a single one that serves them all.
    """

    def __init__(self, features: int, blocks: Iterable[nn.Module]) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(blocks)
        self.fusions = nn.ModuleList(
            conv_relu((step + 2) * features, features, 1) for step in range(_STEPS)
        )

    def forward(self, x: Tensor) -> Tensor:
        seen, state = x, x
        for step, fusion in enumerate(self.fusions):
            seen = torch.cat([seen, self.blocks[step % len(self.blocks)](state)], dim=1)
            state = fusion(seen)
        return state


class CARN(MultiScale):
    """Entry, cascade of cascades, one upsampler a scale, exit (figure 2). Values x - mean of DIV2K inside."""

    def __init__(self, arguments: CARNArguments) -> None:
        super().__init__(arguments.scale, arguments.held)
        features, groups = arguments.features, arguments.groups
        self.range = ColourRange(arguments.channels)
        self.entry = conv(arguments.channels, features)
        self.body = Cascade(features, (_local_cascade(arguments) for _ in range(_STEPS)))
        self.upsamplers = nn.ModuleDict(
            {
                str(scale): sub_pixel(features, scale, nn.ReLU, groups=groups, before_shuffle=True)
                for scale in self.scales
            }
        )
        self.exit = conv(features, arguments.channels)

    def enlarged(self, lr: Tensor, scale: int) -> Tensor:
        features = self.body(self.entry(self.range.inward(lr)))
        return self.range.outward(self.exit(self.upsamplers[str(scale)](features)))


def _local_cascade(arguments: CARNArguments) -> Cascade:
    count = 1 if arguments.shared else _STEPS
    blocks = (_block(arguments.features, arguments.groups) for _ in range(count))
    return Cascade(arguments.features, blocks)


def _block(features: int, groups: int) -> nn.Sequential:
    """The residual block, or residual-E where convolutions are grouped; ReLU behind the addition."""
    if groups == 1:
        return nn.Sequential(residual_block(features), nn.ReLU())
    return nn.Sequential(
        Skip(
            conv(features, features, groups=groups),
            nn.ReLU(),
            conv(features, features, groups=groups),
            nn.ReLU(),
            conv(features, features, 1),
        ),
        nn.ReLU(),
    )


_SOURCE = "Ahn, Kang and Sohn, ECCV 2018, arXiv 1803.08664; initial weights are torch's"

CARN_ROW = Architecture(
    name="carn",
    arguments=CARNArguments,
    build=CARN,
    scales=(2, 3, 4),
    parameters=(964_163, 1_148_803, 1_111_875),
    colour="rgb",
    summary="cascades of residual blocks within a cascade; one upsampler a scale",
    source=_SOURCE,
)
CARN_M_ROW = Architecture(
    name="carn_m",
    arguments=CARNMobileArguments,
    build=CARN,
    scales=(2, 3, 4),
    parameters=(257_027, 303_427, 294_147),
    colour="rgb",
    summary="CARN with grouped convolutions and shared blocks, a quarter of the parameters",
    source=_SOURCE,
)
