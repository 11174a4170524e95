"""MATLAB's `imresize` with the bicubic kernel, to the bit.

Along one axis MATLAB counts pixels from 1, places output pixel i at `i / scale + (1 - 1 / scale) /
2` in the input, takes the pixels within half the kernel's width of it and normalises their weights.
An enlarging axis, or antialias off, uses Keys' cubic (a = -0.5) as it is, a shrinking one stretches
it by 1 / scale. The axis of the smaller scale goes first, rows on a tie. A uint8 image is rounded
(halves up) and clipped after each axis.

Products and sums are separate float64 operations in a fixed order, so that the rounding to whole
numbers comes out alike on every device.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from degrade.functional.filters import cubic
from degrade.functional.resample import apply_taps, ordered_sum, transposed, weigh_rows

Floats = npt.NDArray[np.float32]

Border = Literal["symmetric", "replicate"]
"""Pixels beyond the border: mirrored with the edge pixel twice, or the edge pixel repeated."""

_WIDTH = 4.0
"""Support of the cubic in pixels."""


class MatlabLine(NamedTuple):
    """One axis of one sample: sizes in pixels, output pixels per input pixel, and the options."""

    size_in: int
    size_out: int
    scale: float
    antialias: bool = True
    border: Border = "symmetric"

    @property
    def shrink(self) -> float:
        """What the kernel's argument and height are multiplied by."""
        return self.scale if self.antialias and self.scale < 1.0 else 1.0

    @property
    def taps(self) -> int:
        return math.ceil(_WIDTH / self.shrink) + 2


def rounded_up(side: int, factor: float) -> int:
    """MATLAB's output side for a factor, in pixels."""
    return max(1, math.ceil(side * factor))


def line_by_factor(size_in: int, factor: float, antialias: bool, border: Border) -> MatlabLine:
    """As `imresize(image, factor)`: the size is rounded up, coordinates follow the factor."""
    return MatlabLine(size_in, rounded_up(size_in, factor), factor, antialias, border)


def line_by_size(size_in: int, size_out: int, antialias: bool, border: Border) -> MatlabLine:
    """As `imresize(image, [rows columns])`: the scale is that of the sizes."""
    return MatlabLine(size_in, size_out, size_out / size_in, antialias, border)


def contributions(
    lines: Sequence[MatlabLine], length: int, device: torch.device
) -> tuple[Tensor, Tensor]:
    """Index (b, length, t) int64 from 0 and weight (b, length, t) float64 of every output position.

    length: positions of the canvas; those beyond a line's own output get weight 0 and a valid
    index.
    """
    numbers = [
        (
            line.scale,
            line.shrink,
            line.taps,
            line.size_in,
            line.size_out,
            line.border == "symmetric",
        )
        for line in lines
    ]
    host = torch.tensor(numbers, dtype=torch.float64, device="cpu").view(len(lines), 6, 1, 1)
    scale, shrink, width, size_in, size_out, mirrors = host.to(device, non_blocking=True).unbind(1)
    out = torch.arange(1, length + 1, dtype=torch.float64, device=device).view(1, -1, 1)
    step = torch.arange(max(line.taps for line in lines), dtype=torch.float64, device=device)
    position = out / scale + 0.5 * (1.0 - 1.0 / scale)
    index = torch.floor(position - _WIDTH / shrink / 2.0) + step
    weight = shrink * cubic(shrink * (position - index))
    weight = torch.where((step < width) & (out <= size_out), weight, 0.0)
    index = _inside(index - 1.0, size_in, mirrors != 0)
    return index.long(), weight / ordered_sum(weight)


def _inside(index: Tensor, size: Tensor, mirrors: Tensor) -> Tensor:
    """Indices from 0 brought into an axis of `size` pixels."""
    wrapped = torch.remainder(index, 2.0 * size)
    mirrored = torch.minimum(wrapped, 2.0 * size - 1.0 - wrapped)
    clamped = torch.minimum(index.clamp(min=0.0), size - 1.0)
    return torch.where(mirrors, mirrored, clamped)


def rows_first(row: MatlabLine, column: MatlabLine) -> bool:
    """Whether the rows' axis is the one of the smaller scale."""
    return row.scale <= column.scale


def imresize(
    images: Tensor, rows: Sequence[MatlabLine], columns: Sequence[MatlabLine], eight_bit: bool
) -> Tensor:
    """Resize a canvas b c H W, each sample by its own lines.

    eight_bit: the images [0, 1] are taken as uint8 (rounded, clipped) and the result is uint8 /
    255, in the images' type. Otherwise nothing is rounded and the result is float64, on any range.
    Returns a canvas b c H' W' of the largest outputs; beyond a sample's own output it is 0.
    """
    values = images
    if eight_bit:
        values = torch.round(values * 255.0).clamp(0.0, 255.0)
    first = [rows_first(*pair) for pair in zip(rows, columns, strict=True)]
    results = {
        order: _two_passes(values.double(), passes, eight_bit)
        for order, passes in (
            (True, ((2, rows), (3, columns))),
            (False, ((3, columns), (2, rows))),
        )
        if order in first
    }
    result = results[first[0]]
    if len(results) == 2:
        chosen = torch.tensor(first, device="cpu").to(images.device, non_blocking=True)
        result = torch.where(chosen.view(-1, 1, 1, 1), results[True], results[False])
    return (result / 255.0).to(images.dtype) if eight_bit else result


def _two_passes(
    values: Tensor, passes: Sequence[tuple[int, Sequence[MatlabLine]]], eight_bit: bool
) -> Tensor:
    for dim, lines in passes:
        length = max(line.size_out for line in lines)
        values = apply_taps(values, *contributions(lines, length, values.device), dim)
        if eight_bit:
            values = torch.floor(values + 0.5).clamp(0.0, 255.0)
    return values


@dataclass(frozen=True)
class _Table:
    """The taps of one line on the CPU, (out, t), the weights in either precision."""

    index: Tensor
    weight: Tensor
    exact: npt.NDArray[np.float64]


@lru_cache(maxsize=64)
def _table(line: MatlabLine) -> _Table:
    index, weight = contributions((line,), line.size_out, torch.device("cpu"))
    index, weight = (taps[0, :, : line.taps].contiguous() for taps in (index, weight))
    return _Table(index, weight.float(), weight.numpy())


def _eight_bit_rows(plane: Floats, line: MatlabLine) -> Floats:
    """One pass over the rows of whole numbers 0..255, (n, m) -> (out, m).

    Sums are made in float32, and made again in float64 where the error bound of float32 leaves open
    which way they round: t products of magnitudes that add up to less than 2 x 255.
    """
    table = _table(line)
    sums: Floats = weigh_rows(torch.from_numpy(plane), table.index, table.weight).numpy()
    rounded = np.add(sums, np.float32(0.5))
    np.floor(rounded, out=rounded)
    doubt = (table.index.shape[1] + 4) * 2.0 * 255.0 * 2.0**-24
    distance = np.abs(np.subtract(sums, rounded, out=sums), out=sums)
    # On the flat array: numpy looks for places along two axes in eight times as long.
    doubtful = np.flatnonzero(distance > np.float32(0.5 - doubt))
    rounded.ravel()[doubtful] = np.floor(_exact_sums(plane, table, doubtful) + 0.5)
    return np.clip(rounded, 0.0, 255.0, out=rounded)


def _exact_sums(
    plane: Floats, table: _Table, places: npt.NDArray[np.int64]
) -> npt.NDArray[np.float64]:
    """The sums at some places of the flattened output, tap after tap in float64 as `apply_taps` has them."""
    out, column = np.divmod(places, plane.shape[1])
    products = plane[table.index.numpy()[out], column[:, None]] * table.exact[out]
    sums: npt.NDArray[np.float64] = np.cumsum(products, axis=1)[:, -1]
    return sums


def _whole_numbers(image: Floats) -> Floats:
    """rint(255 x), clipped to 0..255, in memory of its own."""
    values = np.multiply(image, np.float32(255.0))
    np.rint(values, out=values)
    return np.clip(values, 0.0, 255.0, out=values)


def imresize_image(image: Floats, row: MatlabLine, column: MatlabLine) -> Floats:
    """`imresize` in eight bits for one image h w c in [0, 1], fast on the CPU; the same bits."""
    image = _whole_numbers(image)
    in_order = rows_first(row, column)
    image = image if in_order else transposed(image)
    for line in (row, column) if in_order else (column, row):
        result = _eight_bit_rows(image.reshape(image.shape[0], -1), line)
        image = transposed(result.reshape(line.size_out, *image.shape[1:]))
    image = image if in_order else transposed(image)
    return np.divide(image, np.float32(255.0), out=image)
