"""How far a network looks: measured, because a forward pass knows and nobody has to count layers.

Not-a-number in one block of a strip spreads through every sum, product and activation, whatever the weights
are; a runtime whose activations swallow it is caught by other pixel values in the same block.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

import torch
from torch import Tensor

Network = Callable[[Tensor], Tensor]

LONGEST = 1024
"""Strips are at most so long: a network whose result changes all over it is taken to look everywhere."""


def measured_reach(network: Network, channels: int, scale: int, grid: int) -> int | None:
    """LR pixels around a block of the grid that its content changes; None where there is no bound."""
    length = 4 * grid
    while length <= max(LONGEST, 4 * grid):
        strip = _Strip(network, channels, scale, grid, length)
        across = strip.reach(3)
        down = None if across is None else strip.reach(2)
        if across is not None and down is not None:
            return max(across, down)
        length *= 4
    return None


@dataclass(frozen=True)
class _Strip:
    """As wide as the grid and `length` long; the block lies in its middle."""

    network: Network
    channels: int
    scale: int
    grid: int
    length: int

    @property
    def start(self) -> int:
        return self.length // self.grid // 2 * self.grid

    def reach(self, dim: int) -> int | None:
        """Along one axis; None where the change comes to an end of the strip."""
        plain, other, broken = self._contents()
        spread = self._result(broken, dim).isnan()
        if _touches(spread):
            return None
        spread |= self._result(plain, dim) != self._result(other, dim)
        return None if _touches(spread) else self._distance(_along(spread))

    def _contents(self) -> tuple[Tensor, Tensor, Tensor]:
        generator = torch.Generator().manual_seed(0)
        shape = (1, self.channels, self.grid, self.length)
        plain = torch.rand(shape, generator=generator)
        other, broken = plain.clone(), plain.clone()
        block = (..., slice(self.start, self.start + self.grid))
        other[block] = torch.rand(plain[block].shape, generator=generator)
        broken[block] = float("nan")
        return plain, other, broken

    def _result(self, strip: Tensor, dim: int) -> Tensor:
        if dim == 3:
            return self.network(strip)
        return self.network(strip.transpose(2, 3).contiguous()).transpose(2, 3)

    def _distance(self, changed: Tensor) -> int:
        places = changed.nonzero().flatten()
        if not len(places):
            return 0
        before = self.start - int(places[0]) / self.scale
        behind = (int(places[-1]) + 1) / self.scale - (self.start + self.grid)
        return max(0, ceil(before), ceil(behind))


def _along(spread: Tensor) -> Tensor:
    """Which columns hold a change."""
    return spread.any(dim=2).any(dim=1)[0]


def _touches(spread: Tensor) -> bool:
    return bool(spread[..., 0].any() or spread[..., -1].any())
