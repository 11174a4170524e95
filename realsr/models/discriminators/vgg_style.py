"""ESRGAN's discriminator, VGG-style: ten convolutions at 128 px, batch normalisation, FC 100."""

from __future__ import annotations

from pydantic import Field

from realsr.models.discriminators.base import DiscriminatorArguments
from realsr.models.discriminators.chain import ChainDiscriminator, ChainPlan


class VGGStyleArguments(DiscriminatorArguments):
    """Any size by default; size=128 is ESRGAN's form, 296 RankSRGAN's, 256 with stages=6 BasicSR's."""

    size: int | None = Field(default=None, ge=32, description="the one size taken; None: any")
    stages: int = Field(default=5, ge=1, description="halvings")
    features: int = Field(default=64, ge=1, description="channels of the first stage")
    hidden: int = Field(default=100, ge=1, description="width of the classifier")


class VGGStyle(ChainDiscriminator):
    """Wang et al., ESRGAN, ECCVW 2018; the structure, biases included, of BasicSR's VGGStyleDiscriminator."""

    def __init__(self, arguments: VGGStyleArguments) -> None:
        plan = vgg_plan(arguments.features, arguments.stages, 4, arguments.hidden)
        if arguments.size is not None:
            grid = plan.side_after(arguments.size)
            plan = vgg_plan(arguments.features, arguments.stages, grid, arguments.hidden)
        super().__init__(arguments, plan, arguments.size)


def vgg_plan(features: int, stages: int, grid: int, hidden: int) -> ChainPlan:
    """Widths double up to eight times the first one's."""
    widths = tuple(features * min(2**stage, 8) for stage in range(stages))
    return ChainPlan(widths, down=4, normalised=True, bias=False, grid=grid, hidden=hidden)
