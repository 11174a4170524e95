"""A round trip on blocks that do not start at the image's corner."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from degrade.functional.libjpeg.dct import BLOCK
from degrade.functional.libjpeg.sampling import (
    Layout,
    column_numbers,
    columns_at,
    layout_of,
    row_numbers,
    rows_at,
)

Coder = Callable[[Tensor, Sequence[Layout]], Tensor]
"""A round trip over a canvas of images, from their corners."""


def on_grid(
    coder: Coder,
    images: Tensor,
    sizes: Sequence[tuple[int, int]],
    subsamplings: Sequence[str],
    offsets: Sequence[tuple[int, int]],
) -> Tensor:
    """A round trip with block edges before rows offset_y + 8 k and columns offset_x + 8 k of each image.

    sizes, offsets: (height, width) and (row, column) of each. The coder sees up to seven edge rows and columns
    repeated before the image, which are cut off again.
    """
    before = [((-y) % BLOCK, (-x) % BLOCK) for y, x in offsets]
    layouts = [
        layout_of(height + top, width + left, subsampling)
        for (height, width), (top, left), subsampling in zip(
            sizes, before, subsamplings, strict=True
        )
    ]
    if not any(map(any, before)):
        return coder(images, layouts)
    shifts = torch.tensor(before, dtype=torch.int32).view(-1, 2, 1, 1, 1)
    down, right = shifts.to(images.device, non_blocking=True).unbind(1)
    height, width = (side + BLOCK - 1 for side in images.shape[2:])
    moved = _moved(images, -down, -right, height, width)
    return _moved(coder(moved, layouts), down, right, *images.shape[2:])


def _moved(images: Tensor, down: Tensor, right: Tensor, height: int, width: int) -> Tensor:
    """The canvas (height, width) whose pixel (y, x) is the images' (y + down, x + right); edges repeated."""
    last_row, last_column = (side - 1 for side in images.shape[2:])
    row = (row_numbers(height, images.device) + down).clamp(0, last_row)
    column = (column_numbers(width, images.device) + right).clamp(0, last_column)
    return columns_at(rows_at(images, row), column)
