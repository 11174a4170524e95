"""LPIPS as a loss: unit features of a trained network, compared under learned weights of their channels."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Self

import torch
from pydantic import Field, model_validator
from torch import Tensor

from realsr.backbones.networks import Backbone, BackboneName, LazyFeatures
from realsr.backbones.weights import load_weights
from realsr.losses.base import Batch, Loss
from realsr.losses.errors import MissingWeightsError
from realsr.losses.settings import Settings

LAYERS: Mapping[BackboneName, tuple[str, ...]] = MappingProxyType(
    {
        "alexnet": ("relu1", "relu2", "relu3", "relu4", "relu5"),
        "vgg16": ("relu1_2", "relu2_2", "relu3_3", "relu4_3", "relu5_3"),
        "squeezenet1_1": ("relu1", "fire3", "fire5", "fire6", "fire7", "fire8", "fire9"),
    }
)
"""The layers that each backbone's heads were trained on."""

LEAST_LENGTH = 1e-10


def unit(features: Tensor) -> Tensor:
    """Each position's vector of channels divided by its length; zero stays zero, and so does its gradient."""
    length: Tensor = torch.linalg.vector_norm(features, dim=1, keepdim=True)
    return features / (length + LEAST_LENGTH)


def head_distance(first: Tensor, second: Tensor, head: Tensor) -> Tensor:
    """Per sample (b,): mean over positions of sum over channels of head (unit difference)^2.

    first, second: b c h w. head: 1 c 1 1. Zhang et al., CVPR 2018, equation 1.
    """
    difference = (unit(first) - unit(second)).square()
    return (difference * head).sum(dim=1).mean(dim=(1, 2))


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


class LPIPS:
    """Mean over the batch of the learned distance; the heads and the backbone load at the first use."""

    def __init__(self, arguments: LPIPSArguments) -> None:
        self.arguments = arguments
        self.layers = LAYERS[arguments.backbone.name]
        self.features = LazyFeatures(arguments.backbone, self.layers)
        self.heads: list[Tensor] | None = None

    def prepare(self) -> None:
        """Loads the heads and the backbone. Raises MissingWeightsError."""
        self.features.prepare()
        self._heads()

    def __call__(self, batch: Batch) -> Tensor:
        return self.distances(batch.sr, batch.hr).mean()

    def distances(self, sr: Tensor, hr: Tensor) -> Tensor:
        """One distance a sample, (b,); images b 3 h w, [0, 1]. No gradient to hr."""
        found, target = self.features.pair(sr, hr)
        total = sr.new_zeros(sr.shape[0])
        for layer, head in zip(self.layers, self._heads(), strict=True):
            total = total + head_distance(found[layer], target[layer], head.to(sr))
        return total

    def _heads(self) -> list[Tensor]:
        if self.heads is None:
            path = Path(self.arguments.heads)
            tensors = load_weights(path, self.arguments.heads_sha256)
            names = [f"lin{index}.model.1.weight" for index in range(len(self.layers))]
            if set(names) != set(tensors):
                raise MissingWeightsError(
                    f"{path} has {', '.join(tensors)}; expected the {len(names)} LPIPS heads of "
                    f"{self.arguments.backbone.name}, {names[0]} to {names[-1]}"
                )
            self.heads = [tensors[name] for name in names]
        return self.heads


LPIPS_LOSS = Loss(
    "lpips",
    LPIPSArguments,
    LPIPS,
    "Learned perceptual distance, backbone and heads by path.",
    "Zhang et al., CVPR 2018; equal to published values only with the backbone that the heads were trained on",
)
