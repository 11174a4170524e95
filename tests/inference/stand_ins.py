"""Functions that `module:function` names in the tests."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def doubled(images: Tensor) -> Tensor:
    return functional.interpolate(images, scale_factor=2.0, mode="nearest")


def wrong(images: Tensor) -> Tensor:
    return images[..., :-1]


def moody(images: Tensor) -> Tensor:
    """Doubles, but for pictures whose first pixel is dark: those end in one way or another by their width."""
    if float(images[0, 0, 0, 0]) > 0.1:
        return doubled(images)
    match images.shape[-1]:
        case 10:
            return doubled(images) * float("nan")
        case 11:
            raise torch.OutOfMemoryError("out of memory on this device")
        case 12:
            raise MemoryError
        case 13:
            raise KeyError("a bug of its own")
    return images[..., :-1]


moody.channels, moody.scale = 3, 2  # type: ignore[attr-defined]
