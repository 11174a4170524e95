"""DISTS: how far two pictures differ in the texture and the structure of a network's features.

Ding, Ma, Wang and Simoncelli, Image Quality Assessment: Unifying Structure and Texture Similarity, TPAMI 2020.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from realsr.backbones.errors import MissingWeightsError
from realsr.backbones.networks import Features
from realsr.backbones.weights import load_weights
from realsr.metrics.learned.networks import (
    Network,
    backbone_file,
    cached,
    distance_row,
    in_package,
    missing,
)
from realsr.metrics.metric import WeightFile

LAYERS = ("relu1_2", "relu2_2", "relu3_3", "relu4_3", "relu5_3")
CHANNELS = (3, 64, 128, 256, 512, 512)
"""Of the picture itself and of VGG16's layers."""

STABLE = 1e-6
"""c1 and c2 of equations 5 and 6."""


class SquarePool(nn.Module):
    """L2 pooling, b c h w -> b c ceil(h/2) ceil(w/2): the root of the squares' mean in a 3 x 3 Hann window.

    It stands where VGG16 takes the maximum, so that a shifted texture keeps its features (section 3.1).
    """

    window: Tensor

    def __init__(self) -> None:
        super().__init__()
        taps = torch.tensor([0.25, 0.5, 0.25])
        self.register_buffer("window", taps[:, None] * taps[None, :])

    def forward(self, x: Tensor) -> Tensor:
        channels = x.shape[1]
        window = self.window.expand(channels, 1, 3, 3)
        squares = functional.conv2d(x.square(), window, stride=2, padding=1, groups=channels)
        return (squares + 1e-12).sqrt()


class DISTS(nn.Module):
    """One distance a sample, (b,); 0 for equal pictures, and near 1 for unlike ones.

    backbone: VGG16's weights under torchvision's names. heads: the authors' `alpha` and `beta`, each of 1475
    values. Raises MissingWeightsError where a file holds neither.
    """

    alpha: Tensor
    beta: Tensor

    def __init__(self, backbone: Path, heads: Path) -> None:
        super().__init__()
        self.features = Features("vgg16", LAYERS, load_weights(backbone))
        for place, name in enumerate(self.features.names):
            if name.startswith("pool"):
                self.features.features[place] = SquarePool()
        tensors = load_weights(heads)
        alpha, beta = (_head(tensors, name, heads) for name in ("alpha", "beta"))
        total = alpha.sum() + beta.sum()
        self.register_buffer("alpha", alpha / total)
        self.register_buffer("beta", beta / total)
        self.requires_grad_(False).eval()

    def forward(self, sr: Tensor, hr: Tensor) -> Tensor:
        """b 3 h w in [0, 1] each, of equal shape."""
        score = sr.new_ones(len(sr))
        weights = zip(
            *(head.split_with_sizes(CHANNELS) for head in (self.alpha, self.beta)), strict=True
        )
        pairs = zip(self._stages(sr), self._stages(hr), strict=True)
        for (alpha, beta), (first, second) in zip(weights, pairs, strict=True):
            texture, structure = similarities(first, second)
            score = score - texture @ alpha - structure @ beta
        return score

    def _stages(self, images: Tensor) -> list[Tensor]:
        """The picture itself, then the layers: the map must be injective (section 3.1)."""
        found = self.features(images)
        return [images, *(found[layer] for layer in LAYERS)]


def similarities(first: Tensor, second: Tensor) -> tuple[Tensor, Tensor]:
    """(texture, structure) of features b c h w, each b c: equations 5 and 6, over all positions."""
    means = first.mean((2, 3)), second.mean((2, 3))
    variances = [x.var((2, 3), unbiased=False) for x in (first, second)]
    away = first - means[0][..., None, None], second - means[1][..., None, None]
    covariance = (away[0] * away[1]).mean((2, 3))
    texture = (2 * means[0] * means[1] + STABLE) / (means[0].square() + means[1].square() + STABLE)
    return texture, (2 * covariance + STABLE) / (variances[0] + variances[1] + STABLE)


def _head(tensors: Mapping[str, Tensor], name: str, path: Path) -> Tensor:
    count = sum(CHANNELS)
    if name not in tensors or tensors[name].numel() != count:
        raise MissingWeightsError(
            f"{path} holds {', '.join(tensors) or 'nothing'}; expected DISTS' alpha and beta of {count} "
            "values each: the authors' weights.pt"
        )
    return tensors[name].float().flatten()


def _usual_heads() -> list[Path]:
    """In the authors' package, then in the caches of torch and pyiqa."""
    folders = (cached() / "checkpoints", cached() / "pyiqa")
    found = sorted(path for folder in folders for path in folder.glob("DISTS_weights*.pt*"))
    return [*in_package("DISTS_pytorch", Path("weights.pt")), *found]


def _no_heads() -> str:
    place = cached() / "checkpoints" / "DISTS_weights.pt"
    return missing("dists", f"put DISTS' weights.pt at {place}")


def _loaded(paths: Sequence[Path], device: torch.device) -> Network:
    network: Network = DISTS(*paths).to(device)
    return network


DISTS_ROW = distance_row(
    "dists",
    "Ding et al., TPAMI 2020; pictures as they are, no resize; the network is the caller's",
    (backbone_file("vgg16"), WeightFile("dists", _usual_heads, _no_heads)),
    _loaded,
)
