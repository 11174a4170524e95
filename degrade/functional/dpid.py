"""Detail-preserving image downscaling.

Source: Weber, Waechter, Amend, Guthe, Goesele, "Rapid, Detail-Preserving Image Downscaling" (ACM Transactions
on Graphics 35(6), SIGGRAPH Asia 2016). An output pixel is a weighted mean of the input pixels that its extent
covers. A pixel's weight is the covered part of it times |its colour - guidance|**lambda: what stands out counts
more. The guidance is the box-filtered image smoothed by (1, 2, 1) x (1, 2, 1) on the output's grid, weights
beyond the border left out and the rest renormalised.

Where an output pixel's light comes from therefore depends on the picture. On a ramp it is the pixel's centre
where the sizes divide. Elsewhere the covered pixels lie unevenly about the centre, and lambda strengthens that:
with balanced taps 0.05 input pixels at lambda 0.5 and 0.11 at lambda 1 for factors up to 0.4, none at lambda 0.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch

from degrade.functional.resample import apply_taps

Taps = tuple[torch.Tensor, torch.Tensor]
"""Index int64 and weight float64, (b, length, t) each, as `resample.taps` gives them."""

LEAST_DISTANCE = 1e-12
"""Of full scale; a pixel of the guidance's own colour. It keeps an even area a mean of equal weights."""


def coverage_taps(sizes: Sequence[tuple[int, int]], length: int, device: torch.device) -> Taps:
    """The exact part of every input pixel that an output pixel covers, as a share of the output pixel.

    sizes: each sample's input and output along one axis, the output no larger. length: positions of the
    canvas; beyond a sample's own the weights are 0. Counted in whole numbers of 1 / output pixels, thus exact.
    """
    reach = max(-(-size_in // size_out) + 1 for size_in, size_out in sizes)
    host = torch.tensor(sizes, dtype=torch.int64).to(device, non_blocking=True)
    inner, outer = host[:, 0].view(-1, 1, 1), host[:, 1].view(-1, 1, 1)
    place = torch.arange(length, device=device).view(1, -1, 1)
    index = torch.div(place * inner, outer, rounding_mode="floor")
    index = index + torch.arange(reach, device=device)
    right = torch.minimum((index + 1) * outer, (place + 1) * inner)
    left = torch.maximum(index * outer, place * inner)
    covered = torch.where(place < outer, (right - left).clamp(min=0), 0)
    return torch.minimum(index, inner - 1), covered.to(torch.float64) / inner


def _smoothing_taps(sizes: torch.Tensor, length: int) -> Taps:
    """(1, 2, 1) without what lies beyond each sample's own size (b,), of sum 1."""
    offsets = torch.arange(-1, 2, device=sizes.device)
    index = torch.arange(length, device=sizes.device).view(1, -1, 1) + offsets
    last = sizes.view(-1, 1, 1) - 1
    weight = torch.where((index >= 0) & (index <= last), 2 - offsets.abs(), 0).to(torch.float64)
    total = weight[..., :1] + weight[..., 1:2] + weight[..., 2:]
    index = torch.minimum(index.clamp(min=0), last)
    return index, weight / total.clamp(min=1.0)


def guidance(
    images: torch.Tensor, rows: Taps, columns: Taps, heights: torch.Tensor, widths: torch.Tensor
) -> torch.Tensor:
    """What an output pixel's neighbourhood looks like, float64 b c H' W'; the arguments are those of `dpid`."""
    small = apply_taps(apply_taps(images.to(torch.float64), *rows, 2), *columns, 3)
    small = apply_taps(small, *_smoothing_taps(heights, small.shape[2]), 2)
    return apply_taps(small, *_smoothing_taps(widths, small.shape[3]), 3)


def _picked(images: torch.Tensor, taps: Taps, tap: int, dim: int) -> torch.Tensor:
    """The pixel that one tap of each output position reads, along one axis."""
    index = taps[0][..., tap]
    shape, view = list(images.shape), [len(images), 1, 1, 1]
    shape[dim] = view[dim] = index.shape[1]
    return images.gather(dim, index.view(view).expand(shape))


def _distinctness(colour: torch.Tensor, centre: torch.Tensor, power: torch.Tensor) -> torch.Tensor:
    """|colour - centre|**power over the channels, float64 b 1 h w; power (b,)."""
    square = torch.zeros_like(colour[:, :1])
    for difference in (colour - centre).unbind(1):
        square = square + (difference * difference).unsqueeze(1)
    floored = square.clamp(min=LEAST_DISTANCE**2)
    return torch.pow(floored, power.view(-1, 1, 1, 1) / 2.0)


def dpid(
    images: torch.Tensor,
    power: torch.Tensor,
    rows: Taps,
    columns: Taps,
    heights: torch.Tensor,
    widths: torch.Tensor,
) -> torch.Tensor:
    """Shrinks a canvas b c H W, each sample by its own taps and power; returns b c H' W' in the images' type.

    power: float64 (b,), the paper's lambda, at least 0; 0 is the mean by coverage. rows, columns: coverage of
    the input's rows and columns. heights, widths: int64 (b,), the samples' own output sizes. Summed in float64
    tap by tap; costs a read of every input pixel and of few twice.
    """
    centre = guidance(images, rows, columns, heights, widths)
    total, mass = torch.zeros_like(centre), torch.zeros_like(centre[:, :1])
    wide = images.to(torch.float64)
    for row in range(rows[0].shape[-1]):
        line = _picked(wide, rows, row, 2)
        for column in range(columns[0].shape[-1]):
            colour = _picked(line, columns, column, 3)
            covered = rows[1][:, None, :, row, None] * columns[1][:, None, None, :, column]
            weight = covered * _distinctness(colour, centre, power)
            total, mass = total + weight * colour, mass + weight
    return (total / torch.where(mass == 0.0, 1.0, mass)).to(images.dtype)
