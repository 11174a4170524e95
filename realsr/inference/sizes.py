"""Which sizes a network takes, and images brought to one of them."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from realsr.models.elsewhere.network import SpandrelNetwork


@dataclass(frozen=True)
class SizeRules:
    """Sides in pixels: at least `minimum`, a multiple of `multiple_of`, and both the same where `square`."""

    minimum: int = 1
    multiple_of: int = 1
    square: bool = False

    def fitting(self, height: int, width: int) -> tuple[int, int]:
        """The smallest size that is none smaller and keeps the rules."""
        height, width = self._side(height), self._side(width)
        return (max(height, width),) * 2 if self.square else (height, width)

    def _side(self, side: int) -> int:
        return -(-max(side, self.minimum) // self.multiple_of) * self.multiple_of


def sides_of(network: nn.Module) -> SizeRules:
    """What a network of ours takes: anything; of one whose code is spandrel's, what that asks for."""
    if not isinstance(network, SpandrelNetwork):
        return SizeRules()
    return SizeRules(network.rules.minimum, network.rules.multiple_of, network.rules.square)


def mirrored_to(images: Tensor, height: int, width: int) -> Tensor:
    """`b c h w` extended to the right and below by reflection, the border pixel not repeated; any size."""
    for dim, side in ((2, height), (3, width)):
        length = images.shape[dim]
        if side == length:
            continue
        period = max(2 * (length - 1), 1)
        index = torch.arange(side, device=images.device) % period
        images = images.index_select(
            dim, torch.minimum(index, period - index).clamp(max=length - 1)
        )
    return images
