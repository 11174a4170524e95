"""What a generator may be told beside the LR: noise that chooses among many HR images, maps of classes.

Both are arguments of `forward`, by the names z and maps, so that the output stays a function of its inputs.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from degrade import Key
from degrade.address import draw_words
from degrade.functional.noise import normal_image

_FIELD = (("generator", "z"),)


@runtime_checkable
class NoiseConditioned(Protocol):
    """`network(lr, z=z)`: z is `b noise_channels h w` of standard normals; without it, zeros."""

    noise_channels: int


@runtime_checkable
class MapConditioned(Protocol):
    """`network(lr, maps=maps)`: maps are `b map_classes scale*h scale*w`, the probability of each class at each
    HR pixel. needs_maps: False where the network computes them of the LR, so that none can be handed in.
    """

    map_classes: int
    needs_maps: bool


def noise_map(key: Key, channels: int, rows: range, columns: range) -> Tensor:
    """A part of a key's z, `1 channels rows columns`, float32 standard normals.

    Every value is a function of key, channel, row and column: cut anywhere, a picture's z is the same, and so
    is a batch's on every device.
    """
    *_, low, high = (int(word[0, 0]) for word in draw_words([key], _FIELD))
    lines = [
        normal_image((low, high), channels, 1, columns.stop, stream=row)[:, columns.start :]
        for row in rows
    ]
    return torch.from_numpy(np.concatenate(lines)).permute(2, 0, 1)[None].contiguous()


def class_maps(labels: Tensor, classes: int) -> Tensor:
    """`b H W` of class numbers to maps `b classes H W`: 1 where the class stands, 0 elsewhere."""
    return functional.one_hot(labels.long(), classes).movedim(-1, 1).float().contiguous()


def undecided(network: object, lr: Tensor, scale: int) -> dict[str, Tensor]:
    """What a network that needs maps is told of `b c h w` where nobody knows: every class alike."""
    if not (isinstance(network, MapConditioned) and network.needs_maps):
        return {}
    height, width = (scale * side for side in lr.shape[-2:])
    shape = (len(lr), network.map_classes, height, width)
    return {"maps": lr.new_full(shape, 1 / network.map_classes)}
