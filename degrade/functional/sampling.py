"""Reading an image between its pixels, at positions of the caller's own."""

from __future__ import annotations

import torch


def cubic_weights(fraction: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """Weights of the pixels at -1, 0, 1 and 2 for a position in [0, 1) past pixel 0, any shape.

    Cubic convolution with a = -1/2 (Keys 1981, equation 15): whole positions are copied, and polynomials up to
    the second degree are reproduced, so the position read is exactly the one asked for.
    """
    t = fraction
    return (
        t * (-0.5 + t * (1.0 - 0.5 * t)),
        1.0 + t * t * (-2.5 + 1.5 * t),
        t * (0.5 + t * (2.0 - 1.5 * t)),
        t * t * (-0.5 + 0.5 * t),
    )


def read_along(
    images: torch.Tensor, dim: int, positions: torch.Tensor, lengths: torch.Tensor
) -> torch.Tensor:
    """Reads a canvas b c H W at positions along its rows' axis (dim 2) or its columns' (dim 3).

    positions: float64, broadcasts to b c H W, in pixels, pixel centres at whole numbers; beyond the sample's
    border its outermost pixel is repeated. lengths: int64 (b,), each sample's own extent along the axis.
    Returns b c H W in the images' type, summed in float64 tap by tap.
    """
    first = torch.floor(positions)
    start, last = first.to(torch.int64), lengths.view(-1, 1, 1, 1) - 1
    total = torch.zeros(images.shape, dtype=torch.float64, device=images.device)
    for offset, weight in enumerate(cubic_weights(positions - first), start=-1):
        index = torch.minimum((start + offset).clamp(min=0), last)
        total = total + images.gather(dim, index.expand(images.shape)) * weight
    return total.to(images.dtype)


def grid(images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Row numbers (1, 1, H, 1) and column numbers (1, 1, 1, W) of a canvas, float64."""
    rows = torch.arange(images.shape[2], dtype=torch.float64, device=images.device)
    columns = torch.arange(images.shape[3], dtype=torch.float64, device=images.device)
    return rows.view(1, 1, -1, 1), columns.view(1, 1, 1, -1)
