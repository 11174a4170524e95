"""RankSRGAN's ranker: one score of perceptual quality for an image, learned from the order of a metric."""

from __future__ import annotations

from pydantic import Field
from torch import Tensor, nn

from degrade.reader.records import Strict
from realsr.models.discriminators.chain import chain, classifier
from realsr.models.discriminators.vgg_style import vgg_plan


class RankerArguments(Strict):
    """Width of the ranker."""

    channels: int = Field(default=3, ge=1, description="channels of the judged images")
    features: int = Field(default=64, ge=1, description="channels of the first convolutions")


class Ranker(nn.Module):
    """Zhang et al., RankSRGAN, ICCV 2019: ten convolutions with BN, global average, FC 100, one score.

    Lower is better, as in the metrics (NIQE, PI) from whose order it learns.
    """

    def __init__(self, arguments: RankerArguments) -> None:
        super().__init__()
        plan = vgg_plan(arguments.features, stages=5, grid=1, hidden=100)
        self.blocks = chain(arguments.channels, plan)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.classifier = classifier(plan)

    def forward(self, images: Tensor) -> Tensor:
        """`b c h w`, at least 32 x 32, to scores `b 1`."""
        scores: Tensor = self.classifier(self.pool(self.blocks(images)))
        return scores
