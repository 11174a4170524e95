"""How far a network looks, and where it repeats itself: measured, because a forward pass knows both and nobody
has to count layers.

Not-a-number in one block of a strip spreads through every sum, product and activation, whatever the weights
are; a runtime whose activations swallow it is caught by other pixel values in the same block. A network that
strides or pools folds pixels into blocks: moved by whole blocks, the same picture gives the same result, and
moved by less another one.
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


FACTORS = (1, 3, 5, 7, 9, 15)
"""Multiples of the usual grid that are tried: strides and pools by 2, 3, 5 and 7."""

_SHORTER = 2
"""Pixels by which a strip is shortened to see whether blocks are counted from its beginning."""


@dataclass(frozen=True)
class Sight:
    """grid: LR pixels by which a picture may be moved. reach: LR pixels around a block that it changes."""

    grid: int
    reach: int


def measured_sight(
    network: Network, channels: int, scale: int, grid: int, shortest: int, tolerance: float
) -> Sight | str:
    """Of a network that takes images from `shortest` on; where tiles cannot be exact, why, in words.

    grid: what is tried first, then its multiples. tolerance: of values in [0, 1].
    """
    for factor in FACTORS:
        step = factor * grid
        block = -(-shortest // step) * step
        reach = measured_reach(network, channels, scale, block)
        if reach is None:
            return "looks at the whole picture"
        if _repeats(network, channels, scale, step, block, reach, tolerance):
            return Sight(step, reach)
    return f"does not give the same again for a picture moved by {grid} pixels, nor by {FACTORS[1:]} times that"


def _repeats(
    network: Network,
    channels: int,
    scale: int,
    step: int,
    block: int,
    reach: int,
    tolerance: float,
) -> bool:
    """Whether a strip moved by a step, and one that ends earlier, give the same again away from their ends."""
    margin = -(-reach // step) * step + step
    length = 2 * margin + 2 * block + step
    generator = torch.Generator().manual_seed(0)
    strip = torch.rand((1, channels, block, length + step), generator=generator)
    for run in (network, _transposed(network)):
        first = run(strip[..., :length].contiguous())
        moved = run(strip[..., step:].contiguous())
        ended = run(strip[..., : length - _SHORTER].contiguous())
        inner = slice((margin + step) * scale, (length - margin) * scale)
        same = slice(margin * scale, (length - margin - step) * scale)
        begin = slice(0, (length - margin - step) * scale)
        bound = tolerance * max(1.0, float(first.abs().max()))
        if not (first[..., inner] - moved[..., same]).abs().max() <= bound:
            return False
        if not (first[..., begin] - ended[..., begin]).abs().max() <= bound:
            return False
    return True


def _transposed(network: Network) -> Network:
    return lambda strip: network(strip.transpose(2, 3).contiguous()).transpose(2, 3)


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
