"""RCAN: residual groups of residual channel-attention blocks."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from realsr.models.base import Architecture, Arguments
from realsr.models.layers import ChannelAttention, Skip, conv, residual_block
from realsr.models.residual_network import ResidualNetwork


class RCANArguments(Arguments):
    """The network of the paper's tables."""

    groups: int = Field(default=10, ge=1, description="residual groups")
    blocks: int = Field(default=20, ge=1, description="attention blocks of a group")
    features: int = Field(default=64, ge=1, description="channels throughout")
    reduction: int = Field(default=16, ge=1, description="features / channels inside the attention")

    @model_validator(mode="after")
    def _some_remain(self) -> Self:
        if self.features < self.reduction:
            raise ValueError(
                f"features {self.features} leave the attention no channel at reduction {self.reduction}"
            )
        return self


def rcan(arguments: RCANArguments) -> ResidualNetwork:
    """The network of figure 2; initial weights are torch's."""
    groups = [_group(arguments) for _ in range(arguments.groups)]
    return ResidualNetwork(arguments, arguments.features, groups)


def _group(arguments: RCANArguments) -> Skip:
    features, reduction = arguments.features, arguments.reduction
    blocks = (
        Skip(*residual_block(features), ChannelAttention(features, reduction))
        for _ in range(arguments.blocks)
    )
    return Skip(*blocks, conv(features, features))


RCAN_ROW = Architecture(
    name="rcan",
    arguments=RCANArguments,
    build=rcan,
    scales=(2, 3, 4),
    parameters=(15_444_643, 15_629_283, 15_592_355),
    colour="rgb",
    summary="ten groups of twenty residual blocks with channel attention, 400 layers deep",
    source="Zhang et al., ECCV 2018, arXiv 1807.02758",
)
