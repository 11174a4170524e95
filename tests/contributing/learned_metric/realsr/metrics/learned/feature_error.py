"""The squared error of a network's features: a learned metric without heads of its own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from realsr.backbones.networks import Features
from realsr.backbones.weights import load_weights
from realsr.metrics.learned.networks import Network, backbone_file, distance_row

LAYER = "relu2"


def _loaded(paths: Sequence[Path], device: torch.device) -> Network:
    features = Features("alexnet", [LAYER], load_weights(paths[0])).to(device)

    def distance(sr: Tensor, hr: Tensor) -> Tensor:
        difference: Tensor = features(sr)[LAYER] - features(hr)[LAYER]
        return difference.square().mean(dim=(1, 2, 3))

    return distance


FEATURE_ERROR = distance_row(
    "feature_error",
    "mean squared difference of AlexNet's relu2, ImageNet weights",
    (backbone_file("alexnet"),),
    _loaded,
    least=31,
)
