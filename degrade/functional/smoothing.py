"""Neighbourhood filters that are no correlation: median and bilateral; and the taps of a box of any width."""

from __future__ import annotations

import torch

from degrade.functional.filtering import Border, extend
from degrade.functional.psf import centred_offsets, normalised

BAND = 64
"""Rows whose windows are held in memory at a time."""


def box_reach(width: float) -> int:
    """Whole pixels that a box of this width reaches beyond its centre pixel."""
    return max(0, -int(-(width - 1.0) // 2.0))


def box_taps(width: torch.Tensor, canvas: int) -> torch.Tensor:
    """Boxes (b, canvas): the share of each pixel between -width / 2 and width / 2, of sum 1.

    width: float64 (b,), pixels, >= 1. An odd width is the plain moving mean; others have lighter ends.
    """
    offsets = centred_offsets(canvas, width.device)
    return normalised((width.view(-1, 1) / 2.0 - offsets.abs() + 0.5).clamp(0.0, 1.0))


def extended(
    images: torch.Tensor,
    heights: torch.Tensor,
    widths: torch.Tensor,
    radius: int,
    border: Border,
) -> torch.Tensor:
    """A canvas b c H W with `radius` border pixels on every side, by each sample's own size."""
    height, width = images.shape[-2:]
    return extend(
        extend(images, 2, radius, heights, border, height), 3, radius, widths, border, width
    )


def median(
    images: torch.Tensor, heights: torch.Tensor, widths: torch.Tensor, size: int
) -> torch.Tensor:
    """The median of each value's size x size neighbourhood, channel by channel, border replicate.

    images: b c H W. size: odd. Returns values of the images, no new ones.
    """
    height, width = images.shape[-2:]
    source = extended(images, heights, widths, size // 2, "replicate")
    bands = []
    for top in range(0, height, BAND):
        rows = min(BAND, height - top)
        windows = torch.stack(
            [
                source[:, :, top + dy : top + dy + rows, dx : dx + width]
                for dy in range(size)
                for dx in range(size)
            ]
        )
        bands.append(windows.sort(0).values[size * size // 2])
    return torch.cat(bands, 2)


def bilateral(
    images: torch.Tensor,
    heights: torch.Tensor,
    widths: torch.Tensor,
    radii: torch.Tensor,
    sigma_space: torch.Tensor,
    sigma_range: torch.Tensor,
    reach: int,
) -> torch.Tensor:
    """Mean of a disk of pixels weighed by nearness in place and in colour, border reflect101.

    images: b c H W. radii: int64 (b,), pixels, at most `reach`. sigma_space (pixels), sigma_range (of full
    scale 1): (b,). Weights exp(-d^2 / (2 sigma_space^2) - e^2 / (2 sigma_range^2)), d the distance and e the
    sum over channels of absolute differences, as OpenCV has it (Tomasi and Manduchi, ICCV 1998). float32.
    """
    source = extended(images, heights, widths, reach, "reflect101")
    total, weights = torch.zeros_like(images), torch.zeros_like(images[:, :1])
    for dy in range(-reach, reach + 1):
        for dx in range(-reach, reach + 1):
            near = dy * dy + dx * dx <= radii.square()
            nearness = torch.where(
                near, -(dy * dy + dx * dx) / (2.0 * sigma_space.square()), -200.0
            )
            shifted = _shifted(source, images, reach + dy, reach + dx)
            likeness = _colour_distance(shifted, images).square() * _column(
                -0.5 / sigma_range.square(), images
            )
            weight = torch.exp(likeness + _column(nearness, images))
            total = total + weight * (shifted - images)
            weights = weights + weight
    return images + total / weights


def _shifted(source: torch.Tensor, images: torch.Tensor, top: int, left: int) -> torch.Tensor:
    return source[:, :, top : top + images.shape[2], left : left + images.shape[3]]


def _column(vector: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    return vector.to(like.dtype).view(-1, 1, 1, 1)


def _colour_distance(first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
    """Sum over channels of absolute differences, channel by channel in a fixed order: b 1 H W."""
    difference = (first - second).abs()
    total = difference[:, :1]
    for channel in range(1, difference.shape[1]):
        total = total + difference[:, channel : channel + 1]
    return total
