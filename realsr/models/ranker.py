"""RankSRGAN's ranker: one score of perceptual quality for an image, learned from the order of a metric."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from torch import Tensor, nn

from degrade.reader.records import Strict
from realsr.models.checkpoints import load_weights, read_checkpoint
from realsr.models.dialects import understood
from realsr.models.discriminators.chain import chain, classifier
from realsr.models.discriminators.vgg_style import vgg_plan
from realsr.models.errors import ModelError


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


def ranker_of(path: Path) -> Ranker:
    """A trained ranker from its weights, which say how wide it is. Raises ModelError for other weights."""
    state = understood(read_checkpoint(path))
    first = state.get("blocks.0.0.weight")
    if first is None or first.ndim != 4:
        raise ModelError(f"{path}: weights of no ranker; expected what a ranker's training leaves")
    ranker = Ranker(RankerArguments(channels=first.shape[1], features=first.shape[0]))
    load_weights(ranker, state)
    return ranker
