"""SFT-GAN's discriminator: real or generated, and beside it which class the image shows."""

from __future__ import annotations

from pydantic import Field
from torch import Tensor

from realsr.models.discriminators.base import DiscriminatorArguments, Judged
from realsr.models.discriminators.chain import ChainDiscriminator, ChainPlan, classifier


class SFTGANDiscriminatorArguments(DiscriminatorArguments):
    """Any size by default; size=96 is the paper's form."""

    size: int | None = Field(default=None, description="the one size taken; None: any")
    features: int = Field(default=64, ge=1, description="channels of the first stage")
    classes: int = Field(default=8, ge=2, description="that the images are of")


class SFTGANDiscriminator(ChainDiscriminator):
    """Wang et al., CVPR 2018, section 3.2 (an auxiliary classifier, Odena et al., ICML 2017); eight
    convolutions and two classifiers as in the authors' PyTorch code, leaky ReLU 0.1.
    """

    def __init__(self, arguments: SFTGANDiscriminatorArguments) -> None:
        widths = tuple(arguments.features * 2**stage for stage in range(4))
        plan = ChainPlan(widths, down=4, normalised=True, bias=True, grid=6, hidden=100, slope=0.1)
        super().__init__(arguments, plan, arguments.size)
        self.classes = arguments.classes
        self.class_head = classifier(plan, arguments.classes)

    def classes_of(self, judged: Judged) -> Tensor:
        """`b classes`: logits of the classes of images that were judged."""
        found: Tensor = self.class_head(self.pool(judged.features[-1]))
        return found
