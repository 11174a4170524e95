"""BasicSR's flips and rotations, drawn by address instead of from a global generator."""

from __future__ import annotations

import torch
from torch import Tensor

import degrade
from degrade import Key

_FIELDS = (("augment", "mirrored"), ("augment", "upside_down"), ("augment", "transposed"))


def augmented(
    images: tuple[Tensor, ...], key: Key, *, hflip: bool, rot: bool
) -> tuple[Tensor, ...]:
    """Images `c h w` of one pair, all turned alike; each turn by a fair coin of the key, if it is allowed."""
    coins = degrade.draw_uniforms([key], _FIELDS)[0] < 0.5
    mirrored, upside_down, transposed = coins & [hflip, rot, rot]
    turned = images
    if mirrored:
        turned = tuple(image.flip(-1) for image in turned)
    if upside_down:
        turned = tuple(image.flip(-2) for image in turned)
    if transposed:
        turned = tuple(image.transpose(-1, -2) for image in turned)
    return tuple(image.clone(memory_format=torch.contiguous_format) for image in turned)
