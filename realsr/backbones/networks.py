"""Feature extractors: VGG16, VGG19, AlexNet and SqueezeNet 1.1 with named layers.

`conv5_4` is what the convolution gives, before its ReLU; `relu5_4` is after it; `pool5` is the pooled map. No
layer works in place, so each can be read. The parameters are torchvision's, `features.N.weight`, and a file may
hold the features alone or the classifier too.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import torch
from pydantic import Field
from torch import Tensor, nn

from degrade.reader.near import meant_or_known
from realsr.backbones.errors import BackboneError, MissingWeightsError
from realsr.backbones.settings import Settings
from realsr.backbones.weights import TORCHVISION, load_weights, named_digest, torchvision_file

BackboneName = Literal["vgg16", "vgg19", "alexnet", "squeezenet1_1"]

Layers = list[tuple[str, nn.Module]]

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_SD = (0.229, 0.224, 0.225)


@dataclass(frozen=True)
class BackboneRow:
    """layers: its features in order, by name. file: torchvision's weights."""

    layers: Callable[[], Layers]
    file: str


class Fire(nn.Module):
    """SqueezeNet's module: 1x1 to few channels, then 1x1 and 3x3 side by side."""

    def __init__(self, channels: int, few: int, each: int) -> None:
        super().__init__()
        self.squeeze = nn.Conv2d(channels, few, 1)
        self.expand1x1 = nn.Conv2d(few, each, 1)
        self.expand3x3 = nn.Conv2d(few, each, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.squeeze(x).relu()
        return torch.cat([self.expand1x1(x), self.expand3x3(x)], dim=1).relu()


def _vgg(depths: tuple[int, ...]) -> Layers:
    layers: Layers = []
    channels = 3
    for block, depth in enumerate(depths, start=1):
        width = min(64 * 2 ** (block - 1), 512)
        for index in range(1, depth + 1):
            convolution = nn.Conv2d(channels, width, 3, padding=1)
            layers += [(f"conv{block}_{index}", convolution), (f"relu{block}_{index}", nn.ReLU())]
            channels = width
        layers.append((f"pool{block}", nn.MaxPool2d(2, 2)))
    return layers


def _alexnet() -> Layers:
    return [
        ("conv1", nn.Conv2d(3, 64, 11, stride=4, padding=2)),
        ("relu1", nn.ReLU()),
        ("pool1", nn.MaxPool2d(3, 2)),
        ("conv2", nn.Conv2d(64, 192, 5, padding=2)),
        ("relu2", nn.ReLU()),
        ("pool2", nn.MaxPool2d(3, 2)),
        ("conv3", nn.Conv2d(192, 384, 3, padding=1)),
        ("relu3", nn.ReLU()),
        ("conv4", nn.Conv2d(384, 256, 3, padding=1)),
        ("relu4", nn.ReLU()),
        ("conv5", nn.Conv2d(256, 256, 3, padding=1)),
        ("relu5", nn.ReLU()),
        ("pool5", nn.MaxPool2d(3, 2)),
    ]


def _squeezenet() -> Layers:
    def pool() -> nn.Module:
        return nn.MaxPool2d(3, 2, ceil_mode=True)

    return [
        ("conv1", nn.Conv2d(3, 64, 3, stride=2)),
        ("relu1", nn.ReLU()),
        ("pool1", pool()),
        ("fire2", Fire(64, 16, 64)),
        ("fire3", Fire(128, 16, 64)),
        ("pool3", pool()),
        ("fire4", Fire(128, 32, 128)),
        ("fire5", Fire(256, 32, 128)),
        ("pool5", pool()),
        ("fire6", Fire(256, 48, 192)),
        ("fire7", Fire(384, 48, 192)),
        ("fire8", Fire(384, 64, 256)),
        ("fire9", Fire(512, 64, 256)),
    ]


BACKBONES: Mapping[BackboneName, BackboneRow] = MappingProxyType(
    {
        "vgg16": BackboneRow(lambda: _vgg((2, 2, 3, 3, 3)), "vgg16-397923af.pth"),
        "vgg19": BackboneRow(lambda: _vgg((2, 2, 4, 4, 4)), "vgg19-dcbb9e9d.pth"),
        "alexnet": BackboneRow(_alexnet, "alexnet-owt-7be5be79.pth"),
        "squeezenet1_1": BackboneRow(_squeezenet, "squeezenet1_1-b8a52dc0.pth"),
    }
)


class Backbone(Settings):
    """Which network gives the features, and where its weights come from.

    weights: a path, or `torchvision` for its ImageNet weights, read from torch's cache and fetched into it when
    absent. sha256: what the file's digest must begin with; torchvision's files carry theirs in their names.
    """

    name: BackboneName = "vgg19"
    weights: str = TORCHVISION
    sha256: str | None = Field(default=None, pattern="^[0-9a-fA-F]{8,64}$")

    def load(self, layers: Collection[str]) -> Features:
        """The network as far as the deepest of the layers, frozen. Raises MissingWeightsError."""
        path, digest = self._file()
        return Features(self.name, layers, load_weights(path, digest))

    def _file(self) -> tuple[Path, str | None]:
        if self.weights != TORCHVISION:
            return Path(self.weights), self.sha256
        file = BACKBONES[self.name].file
        return torchvision_file(file), self.sha256 or named_digest(file)


class Features(nn.Module):
    """Images b 3 h w (or b 1 h w, repeated), [0, 1] -> activations of the wanted layers by name.

    The input is normalised by ImageNet's mean and deviation. The network is frozen and stays in eval mode.
    """

    mean: Tensor
    deviation: Tensor

    def __init__(
        self, name: BackboneName, layers: Collection[str], weights: Mapping[str, Tensor]
    ) -> None:
        super().__init__()
        with torch.device("meta"):
            every = BACKBONES[name].layers()
        names = [layer for layer, _ in every]
        check_layers(name, layers)
        self.wanted = frozenset(layers)
        self.names = names[: max(names.index(layer) for layer in layers) + 1]
        self.features = nn.Sequential(*(module for _, module in every[: len(self.names)]))
        self._assign(name, weights)
        self.register_buffer("mean", torch.tensor(IMAGENET_MEAN).view(1, 3, 1, 1))
        self.register_buffer("deviation", torch.tensor(IMAGENET_SD).view(1, 3, 1, 1))
        self.requires_grad_(False).eval()

    def _assign(self, name: str, weights: Mapping[str, Tensor]) -> None:
        wanted = self.state_dict()
        missing = [key for key in wanted if key not in weights]
        other = [k for k in wanted if k in weights and wanted[k].shape != weights[k].shape]
        if missing or other:
            key = (missing + other)[0]
            raise MissingWeightsError(
                f"the weights are not those of {name}: {key} is "
                f"{'absent' if missing else f'of shape {tuple(weights[key].shape)}'}, expected "
                f"{tuple(wanted[key].shape)} under torchvision's names"
            )
        self.load_state_dict({key: weights[key] for key in wanted}, assign=True)

    def forward(self, images: Tensor) -> dict[str, Tensor]:
        found = {}
        x = (images - self.mean) / self.deviation
        for name, layer in zip(self.names, self.features, strict=True):
            x = layer(x)
            if name in self.wanted:
                found[name] = x
        return found


@cache
def layer_names(name: BackboneName) -> tuple[str, ...]:
    """The names of a backbone's layers, in order."""
    with torch.device("meta"):
        return tuple(layer for layer, _ in BACKBONES[name].layers())


def check_layers(name: BackboneName, layers: Collection[str]) -> None:
    """Raises BackboneError for layers that a backbone has not, or for none at all."""
    known = layer_names(name)
    for layer in layers:
        if layer not in known:
            raise BackboneError(f"{name} has no layer {layer!r}{meant_or_known(layer, known)}")
    if not layers:
        raise BackboneError(f"no layer of {name} is named; expected one of {', '.join(known)}")


class LazyFeatures:
    """Features that are loaded at their first use, then follow the images to their device.

    Weights are never narrowed: half-precision images are widened to them instead, so that a step in mixed
    precision leaves the backbone what it was.
    """

    def __init__(self, backbone: Backbone, layers: Collection[str]) -> None:
        check_layers(backbone.name, layers)
        self.backbone = backbone
        self.layers = tuple(layers)
        self.loaded: Features | None = None

    def prepare(self) -> Features:
        """Loads the weights unless they are there already. Raises MissingWeightsError."""
        if self.loaded is None:
            self.loaded = self.backbone.load(self.layers)
        return self.loaded

    def __call__(self, images: Tensor) -> dict[str, Tensor]:
        network = self.prepare()
        dtype = torch.promote_types(network.mean.dtype, images.dtype)
        found: dict[str, Tensor] = network.to(images.device, dtype)(images.to(dtype))
        return found

    def pair(self, sr: Tensor, hr: Tensor) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """Features of both; those of the HR without gradient."""
        with torch.no_grad():
            target = self(hr)
        return self(sr), target
