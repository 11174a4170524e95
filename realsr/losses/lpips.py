"""LPIPS as a loss: the learned distance of unit features, meant over the batch."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import Field, model_validator
from torch import Tensor

from realsr.backbones.lpips import LAYERS, LPIPS
from realsr.backbones.networks import Backbone
from realsr.backbones.settings import Settings
from realsr.losses.base import Batch, Loss


class LPIPSArguments(Settings):
    """heads: the file of the linear heads that belong to the backbone, as the `lpips` package ships it."""

    backbone: Backbone
    heads: str
    heads_sha256: str | None = Field(default=None, pattern="^[0-9a-fA-F]{8,64}$")

    @model_validator(mode="after")
    def _has_heads(self) -> Self:
        if self.backbone.name not in LAYERS:
            raise ValueError(f"no LPIPS on {self.backbone.name}; expected {', '.join(LAYERS)}")
        return self


class MeanLPIPS:
    """Mean over the batch of the learned distance."""

    def __init__(self, arguments: LPIPSArguments) -> None:
        heads = Path(arguments.heads)
        self.distances = LPIPS(arguments.backbone, heads, arguments.heads_sha256)

    def prepare(self) -> None:
        """Loads the heads and the backbone. Raises MissingWeightsError."""
        self.distances.prepare()

    def __call__(self, batch: Batch) -> Tensor:
        return self.distances(batch.sr, batch.hr).mean()


LPIPS_LOSS = Loss(
    "lpips",
    LPIPSArguments,
    MeanLPIPS,
    "Learned perceptual distance, backbone and heads by path.",
    "Zhang et al., CVPR 2018; equal to published values only with the backbone that the heads were trained on",
)
