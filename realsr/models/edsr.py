"""EDSR: residual blocks without normalisation, wide, and its baseline."""

from __future__ import annotations

from pydantic import Field

from realsr.models.base import Architecture, Arguments
from realsr.models.layers import residual_block
from realsr.models.residual_network import ResidualNetwork


class EDSRArguments(Arguments):
    """The large network of the paper."""

    blocks: int = Field(default=32, ge=1, description="B: residual blocks")
    features: int = Field(default=256, ge=1, description="F: channels")
    residual_weight: float = Field(default=0.1, gt=0, description="residual scaling of each block")


class EDSRBaselineArguments(EDSRArguments):
    """The paper's baseline, the usual yardstick at 1.5 M parameters."""

    blocks: int = Field(default=16, ge=1, description="B: residual blocks")
    features: int = Field(default=64, ge=1, description="F: channels")
    residual_weight: float = Field(default=1.0, gt=0, description="residual scaling of each block")


def edsr(arguments: EDSRArguments) -> ResidualNetwork:
    """The network of figure 3; initial weights are torch's."""
    features, weight = arguments.features, arguments.residual_weight
    blocks = [residual_block(features, weight=weight) for _ in range(arguments.blocks)]
    return ResidualNetwork(arguments, features, blocks)


_SOURCE = "Lim et al., CVPR Workshops 2017, arXiv 1707.02921"

EDSR_ROW = Architecture(
    name="edsr",
    arguments=EDSRArguments,
    build=edsr,
    scales=(2, 3, 4),
    parameters=(40_729_603, 43_680_003, 43_089_923),
    colour="rgb",
    summary="32 residual blocks of 256 channels, no normalisation",
    source=_SOURCE,
)
EDSR_BASELINE_ROW = Architecture(
    name="edsr_baseline",
    arguments=EDSRBaselineArguments,
    build=edsr,
    scales=(2, 3, 4),
    parameters=(1_369_859, 1_554_499, 1_517_571),
    colour="rgb",
    summary="16 residual blocks of 64 channels, no normalisation",
    source=_SOURCE,
)
