"""Texture losses: Gram matrices of features, of the whole map or patch by patch."""

from __future__ import annotations

from typing import Literal

from pydantic import Field
from torch import Tensor

from realsr.losses.base import Loss
from realsr.losses.errors import LossError
from realsr.losses.perceptual import FeatureArguments, FeatureLoss, LayerWeights, mean_one
from realsr.losses.precision import full_precision, widened

GramNorm = Literal["none", "positions", "elements"]
"""What a Gram matrix is divided by: nothing, h w, or c h w."""


def gram(features: Tensor, norm: GramNorm = "none") -> Tensor:
    """Inner products of the channels: b c h w -> b c c (Gatys et al., NIPS 2015, equation 1)."""
    _, channels, height, width = features.shape
    flat = widened(features).flatten(2)
    divisor = {"none": 1, "positions": height * width, "elements": channels * height * width}
    with full_precision(features):
        return flat @ flat.transpose(1, 2) / divisor[norm]


def patches(features: Tensor, side: int) -> Tensor:
    """Non-overlapping squares: b c h w -> b*n c side side, row by row; a rest right or below is left out."""
    batch, channels, height, width = features.shape
    rows, columns = height // side, width // side
    if rows * columns == 0:
        raise LossError(
            f"patch_gram on features of {height} x {width} (height x width): expected sides of at least the "
            f"patch's {side}; take larger images, a smaller patch or a shallower layer"
        )
    cut = features[:, :, : rows * side, : columns * side]
    tiles = cut.reshape(batch, channels, rows, side, columns, side).permute(0, 2, 4, 1, 3, 5)
    return tiles.reshape(batch * rows * columns, channels, side, side)


class GramArguments(FeatureArguments):
    norm: GramNorm = "elements"
    mean_one: bool = Field(default=False, description="features are divided by their mean first")


class PatchGramArguments(FeatureArguments):
    layers: LayerWeights = Field(default={"relu1_1": 3e-7, "relu2_1": 1e-6, "relu3_1": 1e-6})
    norm: GramNorm = "none"
    mean_one: bool = Field(default=True, description="features are divided by their mean first")
    patch: int = Field(default=16, ge=1, description="side of a patch of features")


class Texture(FeatureLoss):
    """The mean squared difference of the Gram matrices."""

    def __init__(self, arguments: GramArguments | PatchGramArguments) -> None:
        super().__init__(arguments)
        self.arguments = arguments

    def compared(self, found: Tensor, target: Tensor) -> Tensor:
        return (self._matrices(found) - self._matrices(target)).square().mean()

    def _matrices(self, features: Tensor) -> Tensor:
        if self.arguments.mean_one:
            features = mean_one(features)
        if isinstance(self.arguments, PatchGramArguments):
            features = patches(features, self.arguments.patch)
        return gram(features, self.arguments.norm)


GRAM = Loss(
    "gram",
    GramArguments,
    Texture,
    "Squared difference of the features' Gram matrices.",
    "Gatys et al., NIPS 2015; divided by c h w as in Johnson et al., ECCV 2016",
)
PATCH_GRAM = Loss(
    "patch_gram",
    PatchGramArguments,
    Texture,
    "Squared difference of Gram matrices of 16 x 16 patches of features whose mean is 1.",
    "EnhanceNet, Sajjadi et al., ICCV 2017; undivided Gram matrices, mean over their entries",
)
