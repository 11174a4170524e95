"""EnhanceNet's discriminator: ten convolutions without normalisation, FC 1024."""

from __future__ import annotations

from pydantic import Field

from realsr.models.discriminators.base import DiscriminatorArguments
from realsr.models.discriminators.chain import ChainDiscriminator, ChainPlan


class EnhanceNetDiscriminatorArguments(DiscriminatorArguments):
    """Any size by default; size=128 is the paper's form."""

    size: int | None = Field(default=None, description="the one size taken; None: any")
    features: int = Field(default=32, ge=1, description="channels of the first stage")


class EnhanceNetDiscriminator(ChainDiscriminator):
    """Sajjadi et al., ICCV 2017, supplement; no batch normalisation, so that single images can be judged."""

    def __init__(self, arguments: EnhanceNetDiscriminatorArguments) -> None:
        widths = tuple(arguments.features * 2**stage for stage in range(5))
        plan = ChainPlan(widths, down=3, normalised=False, bias=True, grid=4, hidden=1024)
        super().__init__(arguments, plan, arguments.size)
