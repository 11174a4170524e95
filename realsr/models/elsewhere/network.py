"""spandrel's classes, kept to the contract of every generator here."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor, nn
from torch.nn import functional


@dataclass(frozen=True)
class NetworkRules:
    """What is done around a network: by what it enlarges, which sides in LR pixels it is given, and whether it
    evaluates one image at a time."""

    scale: int
    minimum: int = 1
    multiple_of: int = 1
    square: bool = False
    one_by_one: bool = False


class SpandrelNetwork(nn.Module):
    """Mixed in before a class of spandrel's: `b c h w` to `b c scale*h scale*w`, any height and width.

    The state dict stays the class's own, so that its files are those that spandrel reads.
    """

    rules: NetworkRules

    def forward(self, lr: Tensor) -> Tensor:
        """SR in [0, 1], neither clamped nor rounded."""
        if self.rules.one_by_one and not self.training and len(lr) > 1:
            return torch.cat([self.forward(image) for image in torch.split(lr, 1)])
        height, width = lr.shape[-2:]
        # Some write into what they are given, where they evaluate.
        result = super().forward(extended(lr, self.rules))
        sr: Tensor = result[0] if isinstance(result, tuple) else result
        return sr[..., : height * self.rules.scale, : width * self.rules.scale]

    def fused(self) -> Self:
        """A copy to be traced: it evaluates, and computes nothing of its weights while it does."""
        found = copy.deepcopy(self).eval()
        for module in found.modules():
            if callable(fuse := getattr(module, "update_params", None)):
                fuse()
                module.update_params = _nothing  # type: ignore[assignment]
        return found


def bring_up_to_date(network: nn.Module, *_: object) -> None:
    """What a network computes of its weights and keeps beside them, before its state is read: a file depends on
    the weights alone, not on when the network last evaluated."""
    for module in network.modules():
        if callable(fuse := getattr(module, "update_params", None)):
            fuse()


def _nothing() -> None:
    """In place of what has been computed."""


def extended(images: Tensor, rules: NetworkRules) -> Tensor:
    """`b c h w` to the right and below by reflection, and by its last row and column where that does not reach;
    as spandrel extends."""
    if rules.minimum <= 1 and rules.multiple_of == 1 and not rules.square:
        return images
    height, width = images.shape[-2:]
    high, wide = (_side(side, rules) for side in (height, width))
    if rules.square:
        high = wide = max(high, wide)
    down, right = high - height, wide - width
    mirrored = (min(right, width - 1), min(down, height - 1))
    images = functional.pad(images, (0, mirrored[0], 0, mirrored[1]), mode="reflect")
    rest = (right - mirrored[0], down - mirrored[1])
    return functional.pad(images, (0, rest[0], 0, rest[1]), mode="replicate")


def _side(side: int, rules: NetworkRules) -> int:
    if rules.minimum > 1:
        side = max(side, rules.minimum)
    return side if rules.multiple_of == 1 else side + -side % rules.multiple_of


def kept(theirs: type[nn.Module]) -> type[SpandrelNetwork]:
    """The class with the contract mixed in."""
    return type(f"Spandrel{theirs.__name__}", (SpandrelNetwork, theirs), {})
