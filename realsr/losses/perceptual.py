"""Perceptual loss: the distance between the features of SR and HR in a trained network."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import Field, model_validator
from torch import Tensor

from realsr.backbones.errors import BackboneError
from realsr.backbones.networks import Backbone, LazyFeatures, check_layers
from realsr.backbones.settings import Settings
from realsr.losses.base import Batch, Loss
from realsr.losses.pixel import Criterion, distance

SRGAN_FEATURES = 1 / 12.75
"""SRGAN divides VGG's features by 12.75 before it squares their difference: a factor of 0.006 in all."""

LayerWeights = Mapping[str, Annotated[float, Field(ge=0)]]

LEAST_MEAN = 1e-8
"""Added to a mean that features are divided by: a dead layer stays at zero."""


class FeatureArguments(Settings):
    """Of every loss on a backbone's features."""

    backbone: Backbone = Backbone()
    layers: LayerWeights = Field(
        description="weight by layer: conv5_4 before the ReLU, relu5_4 after"
    )

    @model_validator(mode="after")
    def _layers_exist(self) -> Self:
        try:
            check_layers(self.backbone.name, self.layers)
        except BackboneError as error:
            raise ValueError(str(error)) from error
        return self


class PerceptualArguments(FeatureArguments):
    layers: LayerWeights = Field(default={"conv5_4": 1.0})
    criterion: Criterion = "l1"
    feature_scale: float = Field(default=1.0, gt=0, description="features are multiplied by it")
    mean_one: bool = Field(default=False, description="features are divided by their mean first")


def mean_one(features: Tensor) -> Tensor:
    """Activations b c h w divided by their mean over a sample: EnhanceNet, 5.3, is silent on the axes."""
    return features / (features.mean(dim=(1, 2, 3), keepdim=True) + LEAST_MEAN)


class FeatureLoss(ABC):
    """Sum over the layers of weight x what a layer's features of SR and HR come to."""

    def __init__(self, arguments: FeatureArguments) -> None:
        self.layers = arguments.layers
        self.features = LazyFeatures(arguments.backbone, arguments.layers)

    def prepare(self) -> None:
        """Loads the backbone. Raises MissingWeightsError."""
        self.features.prepare()

    def __call__(self, batch: Batch) -> Tensor:
        found, target = self.features.pair(batch.sr, batch.hr)
        total = batch.sr.new_zeros(())
        for layer, weight in self.layers.items():
            total = total + weight * self.compared(found[layer], target[layer])
        return total

    @abstractmethod
    def compared(self, found: Tensor, target: Tensor) -> Tensor:
        """One layer's features b c h w of SR and of HR to a number."""


class Perceptual(FeatureLoss):
    """The mean distance of the scaled features."""

    def __init__(self, arguments: PerceptualArguments) -> None:
        super().__init__(arguments)
        self.arguments = arguments

    def compared(self, found: Tensor, target: Tensor) -> Tensor:
        return distance(self._scaled(found), self._scaled(target), self.arguments.criterion)

    def _scaled(self, features: Tensor) -> Tensor:
        if self.arguments.mean_one:
            features = mean_one(features)
        return features * self.arguments.feature_scale


PERCEPTUAL = Loss(
    "perceptual",
    PerceptualArguments,
    Perceptual,
    "Distance of the features of a trained network.",
    "Johnson et al., ECCV 2016; SRGAN; ESRGAN, equation 3: VGG19 conv5_4 before the ReLU, L1",
)
