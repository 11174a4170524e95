"""Functions that `module:function` names in the tests."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional


def doubled(images: Tensor) -> Tensor:
    return functional.interpolate(images, scale_factor=2.0, mode="nearest")


def wrong(images: Tensor) -> Tensor:
    return images[..., :-1]
