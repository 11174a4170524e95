"""Feature networks with their weights: under perceptual losses and learned metrics alike.

Backbone(name="vgg19", weights="vgg19.pth").load(["conv5_4"])(images)["conv5_4"]
"""

from typing import TYPE_CHECKING

from degrade.faces import lazy

if TYPE_CHECKING:
    from realsr.backbones.errors import BackboneError, MissingWeightsError
    from realsr.backbones.lpips import LPIPS
    from realsr.backbones.networks import BACKBONES, Backbone, Features, LazyFeatures

__all__ = [
    "BACKBONES",
    "LPIPS",
    "Backbone",
    "BackboneError",
    "Features",
    "LazyFeatures",
    "MissingWeightsError",
]
__getattr__, __dir__ = lazy(
    __name__,
    {
        "BackboneError": "realsr.backbones.errors",
        "MissingWeightsError": "realsr.backbones.errors",
        "LPIPS": "realsr.backbones.lpips",
        "BACKBONES": "realsr.backbones.networks",
        "Backbone": "realsr.backbones.networks",
        "Features": "realsr.backbones.networks",
        "LazyFeatures": "realsr.backbones.networks",
    },
)
