"""A network over an image in tiles, so that memory is that of a tile and the result that of the whole.

Each tile is cut out with a margin as wide as the network looks, and the margin's result is thrown away. A
cut-out ends where the image ends, so that the network sees the same border, and elsewhere on a grid, so that
whatever folds pixels into blocks folds the same ones.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import NamedTuple

from torch import Tensor


class Span(NamedTuple):
    """Along one axis in LR pixels: the result's part, and the larger part that the network sees."""

    start: int
    stop: int
    cut_start: int
    cut_stop: int

    def within(self, scale: int) -> slice:
        """The result's part of what the network gives for the cut-out."""
        first = (self.start - self.cut_start) * scale
        return slice(first, first + (self.stop - self.start) * scale)


def windows(length: int, tile: int, margin: int, grid: int, shortest: int) -> list[Span]:
    """Windows that cover an axis. tile and margin are rounded up to the grid; no cut-out is shorter than
    `shortest` where the axis is not.
    """
    tile, margin, shortest = (-(-side // grid) * grid for side in (tile, margin, shortest))
    found = []
    for start in range(0, length, tile):
        stop = min(start + tile, length)
        cut_stop = min(stop + margin, length)
        latest = (cut_stop - shortest) // grid * grid
        found.append(Span(start, stop, max(0, min(start - margin, latest)), cut_stop))
    return found


def in_tiles(
    network: Callable[[Tensor], Tensor],
    images: Tensor,
    scale: int,
    *,
    tile: int,
    margin: int,
    grid: int,
    shortest: int,
) -> Tensor:
    """`b c h w` -> `b c scale*h scale*w`, tile by tile."""
    batch, channels, height, width = images.shape
    result = images.new_empty(batch, channels, scale * height, scale * width)
    rows = windows(height, tile, margin, grid, shortest)
    columns = windows(width, tile, margin, grid, shortest)
    for row, column in product(rows, columns):
        cut = images[..., row.cut_start : row.cut_stop, column.cut_start : column.cut_stop]
        place = (
            slice(scale * row.start, scale * row.stop),
            slice(scale * column.start, scale * column.stop),
        )
        result[(..., *place)] = network(cut)[..., row.within(scale), column.within(scale)]
    return result
