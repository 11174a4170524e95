"""What a picture's enlargement is told beside its pixels: a drawn z, or maps of its classes, place by place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor, nn

from degrade import Key
from degrade.geometry import Size
from realsr.conditions.labels import LabelFolder
from realsr.conditions.network import MapConditioned, NoiseConditioned, class_maps, noise_map
from realsr.files.errors import RequestError

SEED = 0


class Conditions(Protocol):
    """What the network is told for a part of a picture."""

    def at(self, rows: range, columns: range) -> Mapping[str, Tensor]:
        """By the names of the network's arguments, for the LR pixels of some rows and columns."""


@dataclass(frozen=True)
class DrawnNoise:
    """One z of a picture: the same whatever the tiles. source: its id. number: of the sample, from 1."""

    source: str
    number: int
    channels: int

    def at(self, rows: range, columns: range) -> Mapping[str, Tensor]:
        key = Key(SEED, self.source, self.number)
        return {"z": noise_map(key, self.channels, rows, columns)}


@dataclass(frozen=True)
class Labelled:
    """labels: scale*h scale*w, the class of each pixel of the result."""

    labels: Tensor
    classes: int
    scale: int

    @staticmethod
    def of(folder: LabelFolder, source: str, lr: Size, scale: int) -> Labelled:
        """The labels of a picture, from a folder. Raises SourceError."""
        labels = folder.labels_of_either(source, lr, scale)
        return Labelled(torch.from_numpy(labels[..., 0]), folder.classes, scale)

    def at(self, rows: range, columns: range) -> Mapping[str, Tensor]:
        down, across = (slice(self.scale * s.start, self.scale * s.stop) for s in (rows, columns))
        return {"maps": class_maps(self.labels[None, down, across], self.classes)}


def noise_channels(network: nn.Module | None, name: str) -> int:
    """Channels of a network's z. Raises RequestError for one without."""
    if isinstance(network, NoiseConditioned):
        return network.noise_channels
    raise RequestError(
        f"--samples: {name} takes no noise, so every sample would be the same; leave --samples out, or take a "
        "model such as noise_srvgg"
    )


def classes_of(network: nn.Module | None, name: str, *, given: bool) -> int:
    """Classes of the maps that a network is to be given, 0 for none. Raises RequestError where it needs maps
    and none are given, or the other way round.
    """
    if isinstance(network, MapConditioned) and network.needs_maps:
        if given:
            return network.map_classes
        raise RequestError(
            f"{name} is told by maps of {network.map_classes} classes what stands where: give their folder "
            "(--maps DIR)"
        )
    if given:
        raise RequestError(f"--maps: {name} takes no maps of classes; leave --maps out")
    return 0
