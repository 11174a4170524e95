"""Chroma at fewer samples: libjpeg's averages on the way down, its interpolation on the way up.

All samples of a batch run together, each by its own `Layout`; indices are clamped to a sample's own area, which
is how libjpeg repeats edges.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from degrade.functional.eight_bits import check_shape

FACTORS = MappingProxyType(
    {"4:4:4": (1, 1), "4:4:0": (2, 1), "4:2:2": (1, 2), "4:2:0": (2, 2), "4:1:1": (1, 4)}
)
"""Luma pixels per chroma sample, down and across."""

LARGEST_SIDE = 65500
"""libjpeg's own limit."""

_NARROW = 2
"""Up to this many chroma columns, halved columns come back by repetition instead of interpolation."""


class Layout(NamedTuple):
    """Where one image's chroma samples lie, in whole numbers.

    height, width: of the image. down, across: pixels per chroma sample. rows, columns: of the chroma planes.
    smooth_down, smooth_across: 1 where the way up interpolates along that axis, 0 where it repeats.
    """

    height: int
    width: int
    down: int
    across: int
    rows: int
    columns: int
    smooth_down: int
    smooth_across: int


def layout_of(height: int, width: int, subsampling: str) -> Layout:
    """The layout of an image; subsampling: a key of FACTORS. Raises ImageError for sides it cannot have."""
    check_shape((height, width, 1), "jpeg", LARGEST_SIDE)
    down, across = FACTORS[subsampling]
    rows, columns = -(-height // down), -(-width // across)
    smooth_across = across == 2 and columns > _NARROW
    smooth_down = down == 2 and (across == 1 or smooth_across)
    return Layout(height, width, down, across, rows, columns, smooth_down, smooth_across)


def layout_columns(
    sides: npt.NDArray[np.int64], codes: npt.NDArray[np.int64], subsamplings: Sequence[str]
) -> npt.NDArray[np.int64]:
    """What `layout_of` says of many images behind their sides: int64 (b, 6).

    sides: int64 (b, 2). codes: int64 (b,), places among the subsamplings.
    """
    for height, width in sides[(sides > LARGEST_SIDE).any(axis=1)].tolist():
        check_shape((height, width, 1), "jpeg", LARGEST_SIDE)
    factors = np.array([FACTORS.get(text, (1, 1)) for text in subsamplings], np.int64)[codes]
    planes = -(-sides // factors)
    down, across = factors.T
    smooth_across = (across == 2) & (planes[:, 1] > _NARROW)
    smooth_down = (down == 2) & ((across == 1) | smooth_across)
    return np.array([*factors.T, *planes.T, smooth_down, smooth_across], np.int64).T


class LayoutFields:
    """The layouts of a batch as int32 vectors (b, 1, 1, 1), by name."""

    def __init__(self, layouts: Sequence[Layout], device: torch.device) -> None:
        host = torch.tensor(layouts, dtype=torch.int32).view(len(layouts), len(Layout._fields))
        columns = host.to(device, non_blocking=True).view(-1, len(Layout._fields), 1, 1, 1)
        self._fields = dict(zip(Layout._fields, columns.unbind(1), strict=True))

    def __getitem__(self, name: str) -> Tensor:
        return self._fields[name]


def rows_at(planes: Tensor, index: Tensor) -> Tensor:
    """Rows (b, c, n, w) of planes (b, c, h, w) at int index (b, 1, n, 1)."""
    b, c, _, width = planes.shape
    return planes.gather(2, index.long().expand(b, c, index.shape[2], width))


def columns_at(planes: Tensor, index: Tensor) -> Tensor:
    """Columns (b, c, h, n) of planes (b, c, h, w) at int index (b, 1, 1, n)."""
    b, c, height, _ = planes.shape
    return planes.gather(3, index.long().expand(b, c, height, index.shape[3]))


def row_numbers(count: int, device: torch.device) -> Tensor:
    return torch.arange(count, dtype=torch.int32, device=device).view(1, 1, -1, 1)


def column_numbers(count: int, device: torch.device) -> Tensor:
    return torch.arange(count, dtype=torch.int32, device=device).view(1, 1, 1, -1)


def edges_repeated(planes: Tensor, fields: LayoutFields, height: int, width: int) -> Tensor:
    """Planes on a canvas (height, width), each image's last row and column repeated beyond it."""
    row = torch.minimum(row_numbers(height, planes.device), fields["height"] - 1)
    column = torch.minimum(column_numbers(width, planes.device), fields["width"] - 1)
    return columns_at(rows_at(planes, row), column)


def averaged(
    planes: Tensor, layouts: Sequence[Layout], fields: LayoutFields, height: int, width: int
) -> Tensor:
    """Chroma samples on a canvas (height, width) of planes (b, 2, H, W); int32, 0..255.

    Where two columns become one, halves are rounded down and up at alternate samples, elsewhere up.
    """
    across, pixels = fields["across"], fields["down"] * fields["across"]
    alternate = column_numbers(width, planes.device) & 1
    bias = torch.where(across == 2, pixels // 4 + alternate, pixels // 2)
    return (summed(planes, layouts, fields, height, width) + bias) >> (pixels // 2)


def summed(
    planes: Tensor, layouts: Sequence[Layout], fields: LayoutFields, height: int, width: int
) -> Tensor:
    """Sums of each chroma sample's down x across pixels; of any type.

    Beyond an image's own samples its last column of pixels goes on, but its last row of sums.
    """
    down, across = fields["down"], fields["across"]
    first = torch.minimum(row_numbers(height, planes.device), fields["rows"] - 1) * down
    rows = _summed(planes, first, down, fields["height"] - 1, 2, max(one.down for one in layouts))
    first = column_numbers(width, planes.device) * across
    last, most = fields["width"] - 1, max(one.across for one in layouts)
    return _summed(rows, first, across, last, 3, most)


def _summed(
    planes: Tensor, first: Tensor, count: Tensor, last: Tensor, dim: int, most: int
) -> Tensor:
    """Sums of `count` rows (dim 2) or columns (dim 3) from `first` on, none beyond `last`."""
    taken = rows_at if dim == 2 else columns_at
    sums = taken(planes, torch.minimum(first, last))
    for step in range(1, most):
        more = taken(planes, torch.minimum(first + step, last))
        sums = sums + torch.where(step < count, more, 0)
    return sums


def interpolated(planes: Tensor, fields: LayoutFields, height: int, width: int) -> Tensor:
    """Chroma (b, 2, height, width) at every pixel, of samples (b, 2, rows, columns); int32, 0..255.

    The triangle's weights in one rounding; halves go down and up at alternate pixels.
    """
    row, column = row_numbers(height, planes.device), column_numbers(width, planes.device)
    quarters = fields["smooth_down"] + fields["smooth_across"]
    along = torch.where(fields["smooth_across"] == 1, column, row) & 1
    bias = torch.where(quarters == 2, 8 - along, quarters * (1 + along))
    return (triangle(planes, fields, height, width) + bias) >> (2 * quarters)


def triangle(planes: Tensor, fields: LayoutFields, height: int, width: int) -> Tensor:
    """At every pixel 3 times the nearer sample and the next one on each axis that interpolates; of any type.

    So weights sum to 4 for each such axis ("fancy upsampling"); the nearest sample itself on others.
    """
    row, column = row_numbers(height, planes.device), column_numbers(width, planes.device)
    smooth_down, smooth_across = fields["smooth_down"], fields["smooth_across"]
    near, far = _neighbours(row, fields["down"], fields["rows"])
    tall = rows_at(planes, near) * (1 + 2 * smooth_down) + rows_at(planes, far) * smooth_down
    near, far = _neighbours(column, fields["across"], fields["columns"])
    return columns_at(tall, near) * (1 + 2 * smooth_across) + columns_at(tall, far) * smooth_across


def _neighbours(place: Tensor, factor: Tensor, count: Tensor) -> tuple[Tensor, Tensor]:
    """The sample that a pixel lies in, and the one beside it on the pixel's side of two; clamped."""
    near = torch.minimum(place // factor, count - 1)
    far = near + 2 * (place % 2) - 1
    return near, torch.minimum(far.clamp(min=0), count - 1)
