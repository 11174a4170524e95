"""Chroma subsampling alone: colour differences at fewer samples, luma untouched.

Chroma samples are centred on the luma pixels that they stand for (the siting of JPEG and MPEG-1), on both axes,
so nothing moves. Values are floats at full range: studio range is an affine map of the same values and changes
nothing without rounding. The last incomplete block is completed by repeating the last row or column.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType

import torch
from torch import Tensor

from degrade.functional.color import BT601

LAYOUTS = MappingProxyType(
    {
        "4:4:4": (1, 1),
        "4:4:0": (2, 1),
        "4:2:2": (1, 2),
        "4:2:0": (2, 2),
        "4:1:1": (1, 4),
        "4:1:0": (2, 4),
    }
)
"""Luma pixels per chroma sample, down and across."""

LUMA_WEIGHTS = MappingProxyType(
    {"bt601": BT601[::2], "bt709": (0.2126, 0.0722), "bt2020": (0.2627, 0.0593)}
)
"""Weights of red and blue in luma (ITU-R BT.601, BT.709, BT.2020 with non-constant luminance)."""


@dataclass(frozen=True)
class ChromaAxis:
    """One axis of a batch: (b,) tensors of sides and factors, weights (b, taps) from tap `first` on.

    smooth: bool (b,), whether the way up interpolates. coarse: the largest number of chroma samples.
    """

    sides: Tensor
    factors: Tensor
    weights: Tensor
    first: int
    smooth: Tensor
    coarse: int


def line(
    sides: Sequence[int],
    factors: Sequence[int],
    box: Sequence[bool],
    smooth: Sequence[bool],
    device: torch.device,
) -> ChromaAxis:
    """The taps of one axis from host values, one each a sample.

    box: mean over the block; else a triangle of twice the block's width about the block's centre.
    """
    before, after = (max((reach(f) for f in factors), default=0) for reach in (_before, _after))
    places = range(-before, after + 1)
    weights = [
        [_weight(place, factor, flat) for place in places]
        for factor, flat in zip(factors, box, strict=True)
    ]
    return ChromaAxis(
        sides=torch.tensor(list(sides), dtype=torch.int64).to(device, non_blocking=True),
        factors=torch.tensor(list(factors), dtype=torch.int64).to(device, non_blocking=True),
        weights=torch.tensor(weights, dtype=torch.float32)
        .view(len(weights), len(places))
        .to(device, non_blocking=True),
        first=-before,
        smooth=torch.tensor(list(smooth), dtype=torch.bool).to(device, non_blocking=True),
        coarse=max((-(-n // f) for n, f in zip(sides, factors, strict=True)), default=0),
    )


def _before(factor: int) -> int:
    return factor // 2


def _after(factor: int) -> int:
    return factor - 1 + factor // 2


def axis_weights(factor: int, box: bool) -> list[float]:
    """The weights of a chroma sample's taps along one axis, from the first that its factor can have."""
    return [_weight(place, factor, box) for place in range(-_before(factor), _after(factor) + 1)]


def _weight(place: int, factor: int, box: bool) -> float:
    if box:
        return 1.0 / factor if 0 <= place < factor else 0.0
    return max(0.0, 1.0 - abs(place - (factor - 1) / 2) / factor) / factor


def subsample(
    images: Tensor, rows: ChromaAxis, columns: ChromaAxis, red: Tensor, blue: Tensor
) -> Tensor:
    """RGB images b 3 H W whose chroma went through fewer samples; sample i is its top left part.

    red, blue: their weights in luma, b 1 1 1. The change of chroma is added to the pixels, so that luma, and at
    4:4:4 every bit, stays. Values outside [0, 1] are treated alike.
    """
    green = 1.0 - red - blue
    r, g, b = images[:, 0:1], images[:, 1:2], images[:, 2:3]
    luma = red * r + green * g + blue * b
    planes = torch.cat([(b - luma) / (2 * (1 - blue)), (r - luma) / (2 * (1 - red))], dim=1)
    to_blue, to_red = 2 * (1 - blue), 2 * (1 - red)
    change = through(planes, rows, columns) - planes
    blue_change, red_change = to_blue * change[:, :1], to_red * change[:, 1:]
    green_change = -(red * red_change + blue * blue_change) / green
    return torch.cat([r + red_change, g + green_change, b + blue_change], dim=1)


def through(planes: Tensor, rows: ChromaAxis, columns: ChromaAxis) -> Tensor:
    """Planes b c H W down to their chroma samples and up again."""
    height, width = planes.shape[2:]
    small = shrink(shrink(planes, rows, 2), columns, 3)
    return enlarge(enlarge(small, rows, 2, height), columns, 3, width)


def shrink(planes: Tensor, axis: ChromaAxis, dim: int) -> Tensor:
    """Weighted means about each block along one axis; places beyond the image are its last row or column."""
    first_places = axis.factors[:, None] * torch.arange(axis.coarse, device=planes.device)
    last = (axis.sides - 1)[:, None]
    out = torch.zeros((), device=planes.device)
    for tap in range(axis.weights.shape[1]):
        places = torch.minimum((first_places + (axis.first + tap)).clamp(min=0), last)
        weight = axis.weights[:, tap].view(-1, 1, 1, 1)
        out = out + weight * take(planes, places, dim)
    return out


def enlarge(planes: Tensor, axis: ChromaAxis, dim: int, length: int) -> Tensor:
    """Back to `length` places along one axis, the nearest sample's value or one interpolated between two."""
    places = torch.arange(length, device=planes.device)[None]
    factors = axis.factors[:, None]
    doubled = 2 * places - (factors - 1)
    between = torch.div(doubled, 2 * factors, rounding_mode="floor")
    smooth = axis.smooth[:, None]
    low = torch.where(smooth, between, torch.div(places, factors, rounding_mode="floor"))
    part = (doubled - 2 * factors * between).to(planes.dtype) / (2 * factors)
    part = _along(torch.where(smooth, part, 0.0), dim)
    last = (
        torch.div(axis.sides + axis.factors - 1, axis.factors, rounding_mode="floor")[:, None] - 1
    )
    under, over = (torch.minimum((low + step).clamp(min=0), last) for step in (0, 1))
    return take(planes, under, dim) * (1 - part) + take(planes, over, dim) * part


def take(planes: Tensor, places: Tensor, dim: int) -> Tensor:
    """The rows (dim 2) or columns (dim 3) of each sample at its own places (b, n)."""
    shape = list(planes.shape)
    shape[dim] = places.shape[1]
    return torch.gather(planes, dim, _along(places, dim).expand(shape))


def _along(places: Tensor, dim: int) -> Tensor:
    """(b, n) as b 1 n 1 or b 1 1 n."""
    return places[:, None, :, None] if dim == 2 else places[:, None, None, :]
