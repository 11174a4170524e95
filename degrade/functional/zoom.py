"""Zoom blur: the mean of an image at several magnifications about its centre.

A magnification of 1 / a reads at m + a (p - m), m the centre. Here a runs evenly from 1 - swing to 1 + swing,
so the mean position read is p itself and the image stays where it was. Published zoom blur (Hendrycks and
Dietterich, ICLR 2019) enlarges only, a <= 1, which enlarges the picture on the whole.
"""

from __future__ import annotations

import torch

from degrade.functional.sampling import grid, read_along


def scales(swing: torch.Tensor, count: torch.Tensor, most: int) -> tuple[torch.Tensor, ...]:
    """For each of `most` exposures the factor a and the weight, float64 (b, most) each.

    swing: float64 (b,), in [0, 1). count: int64 (b,), at least 2 and at most `most`; later ones weigh 0.
    """
    number = torch.arange(most, device=swing.device).view(1, -1)
    last = count.view(-1, 1) - 1
    part = (2 * number - last).to(torch.float64) / last
    weight = (number <= last).to(torch.float64) / count.view(-1, 1)
    return 1.0 + swing.view(-1, 1) * part, weight


def read_scaled(
    images: torch.Tensor, scale: torch.Tensor, heights: torch.Tensor, widths: torch.Tensor
) -> torch.Tensor:
    """out(p) = in(m + scale (p - m)) on a canvas b c H W by cubic convolution; scale (b,), float64."""
    out = images
    for axis, line, length in zip((2, 3), grid(images), (heights, widths), strict=True):
        middle = (length.view(-1, 1, 1, 1) - 1).to(torch.float64) / 2.0
        positions = middle + scale.view(-1, 1, 1, 1) * (line - middle)
        out = read_along(out, axis, positions, length)
    return out


def zoom(
    images: torch.Tensor,
    swing: torch.Tensor,
    count: torch.Tensor,
    heights: torch.Tensor,
    widths: torch.Tensor,
    most: int,
) -> torch.Tensor:
    """The mean of a canvas b c H W over each sample's own exposures, summed in float64 one by one.

    heights, widths: int64 (b,), the samples' own sizes; the outermost pixel is repeated beyond the border.
    The rest as in `scales`. Costs 8 `most` reads a pixel.
    """
    factor, weight = scales(swing, count, most)
    wide = images.to(torch.float64)
    total = torch.zeros_like(wide)
    for number in range(most):
        exposure = read_scaled(wide, factor[:, number], heights, widths)
        total = total + weight[:, number].view(-1, 1, 1, 1) * exposure
    return total.to(images.dtype)
