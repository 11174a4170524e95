"""LPIPS: unit features of a trained network, compared under learned weights of their channels.

Zhang, Isola, Efros, Shechtman and Wang, The Unreasonable Effectiveness of Deep Features as a Perceptual Metric,
CVPR 2018.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import torch
from torch import Tensor

from realsr.backbones.errors import MissingWeightsError
from realsr.backbones.networks import Backbone, BackboneName, LazyFeatures
from realsr.backbones.weights import load_weights

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

    first, second: b c h w. head: 1 c 1 1. Equation 1.
    """
    difference = (unit(first) - unit(second)).square()
    return (difference * head).sum(dim=1).mean(dim=(1, 2))


class LPIPS:
    """The learned distance; the backbone and its linear heads load at the first use.

    heads: their file, as the `lpips` package ships it. sha256: what its digest must begin with.
    """

    def __init__(self, backbone: Backbone, heads: Path, sha256: str | None = None) -> None:
        self.backbone = backbone.name
        self.layers = LAYERS[backbone.name]
        self.features = LazyFeatures(backbone, self.layers)
        self.path, self.sha256 = heads, sha256
        self.heads: list[Tensor] | None = None

    def prepare(self) -> list[Tensor]:
        """Loads the backbone and the heads, which are given. Raises MissingWeightsError."""
        self.features.prepare()
        return self._heads()

    def __call__(self, sr: Tensor, hr: Tensor) -> Tensor:
        """One distance a sample, (b,); images b 3 h w, [0, 1]. No gradient to hr."""
        found, target = self.features.pair(sr, hr)
        total = sr.new_zeros(sr.shape[0])
        for layer, head in zip(self.layers, self._heads(), strict=True):
            total = total + head_distance(found[layer], target[layer], head.to(sr))
        return total

    def _heads(self) -> list[Tensor]:
        if self.heads is None:
            tensors = load_weights(self.path, self.sha256)
            names = [f"lin{index}.model.1.weight" for index in range(len(self.layers))]
            if set(names) != set(tensors):
                raise MissingWeightsError(
                    f"{self.path} has {', '.join(tensors)}; expected the {len(names)} LPIPS heads of "
                    f"{self.backbone}, {names[0]} to {names[-1]}"
                )
            self.heads = [tensors[name] for name in names]
        return self.heads
