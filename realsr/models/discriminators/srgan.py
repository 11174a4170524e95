"""SRGAN's discriminator: eight convolutions, batch normalisation, FC 1024."""

from __future__ import annotations

from pydantic import Field

from realsr.models.discriminators.base import DiscriminatorArguments
from realsr.models.discriminators.chain import ChainDiscriminator, ChainPlan


class SRGANArguments(DiscriminatorArguments):
    """Any size by default; size=96 is the paper's form."""

    size: int | None = Field(default=None, description="the one size taken; None: any")
    features: int = Field(default=64, ge=1, description="channels of the first stage")


class SRGANDiscriminator(ChainDiscriminator):
    """Ledig et al., CVPR 2017, figure 4; its sigmoid belongs to the loss. The paper's crops have 96 pixels."""

    def __init__(self, arguments: SRGANArguments) -> None:
        widths = tuple(arguments.features * 2**stage for stage in range(4))
        plan = ChainPlan(widths, down=3, normalised=True, bias=True, grid=6, hidden=1024)
        super().__init__(arguments, plan, arguments.size)
