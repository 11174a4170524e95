"""Analogue colour video along a line: bands, and luma and colour on one wire.

Every filter is symmetric about its pixel, so nothing is delayed that is not asked to be. Frequencies are in
cycles per pixel of the line. With the 13.5 MHz sampling of ITU-R BT.601, 4.2 MHz of NTSC luma are 0.311, 3 MHz
of VHS luma 0.222, 1.3 MHz of broadcast chroma 0.096 and 0.5 MHz of VHS chroma 0.037; the subcarrier of 3.58 MHz
(SMPTE 170M) has a period of 3.77 pixels, that of 4.43 MHz (ITU-R BT.470, PAL) one of 3.04.
"""

from __future__ import annotations

import math

import torch

from degrade.functional.filtering import correlate_separable
from degrade.functional.psf import gaussian_taps
from degrade.functional.sampling import grid

HALF_CONTRAST = math.sqrt(2.0 * math.log(2.0)) / (2.0 * math.pi)
"""Sigma times cutoff of a Gaussian that keeps half the contrast there: exp(-2 pi^2 s^2 f^2) = 1/2."""

BLUE_WEIGHT = 0.492111 * 1.772
"""U = 0.492 (B - Y) in units of Cb (SMPTE 170M, 8.3)."""
RED_WEIGHT = 0.877283 * 1.402
"""V = 0.877 (R - Y) in units of Cr."""


def cutoff_sigma(cutoff: float) -> float:
    """Standard deviation, pixels, of the Gaussian that halves the contrast at `cutoff` cycles per pixel."""
    return HALF_CONTRAST / cutoff


def band_size(cutoff: float) -> int:
    """Taps that hold the Gaussian of a cutoff to four standard deviations."""
    return 2 * math.ceil(4.0 * cutoff_sigma(cutoff)) + 1


def band_taps(cutoffs: list[float], device: torch.device) -> torch.Tensor:
    """Gaussians of sum 1, float64 (b, k), one each cutoff."""
    sizes = [band_size(cutoff) for cutoff in cutoffs]
    sigma = torch.tensor([cutoff_sigma(cutoff) for cutoff in cutoffs], dtype=torch.float64)
    count = torch.tensor(sizes, dtype=torch.int64)
    count, sigma = (values.to(device, non_blocking=True) for values in (count, sigma))
    return gaussian_taps(count, sigma, max(sizes, default=1))


def along_lines(
    planes: torch.Tensor, taps: torch.Tensor, heights: torch.Tensor, widths: torch.Tensor
) -> torch.Tensor:
    """Planes b c H W correlated along their rows with taps (b, k); float64, mirrored at the border."""
    return correlate_separable(planes, torch.ones_like(taps[:, :1]), taps, heights, widths)


def carriers(
    planes: torch.Tensor, period: torch.Tensor, phase: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Sine and cosine of the subcarrier, float64 (b, 1, H, W); half a turn from line to line (SMPTE 170M).

    period: pixels, (b,). phase: turns at the first pixel, (b,).
    """
    rows, columns = grid(planes)
    turns = columns / period.view(-1, 1, 1, 1) + phase.view(-1, 1, 1, 1) + 0.5 * rows
    angle = 2.0 * math.pi * torch.remainder(turns, 1.0)
    return torch.sin(angle), torch.cos(angle)


def through_composite(
    planes: torch.Tensor,
    waves: tuple[torch.Tensor, torch.Tensor],
    chroma_taps: torch.Tensor,
    heights: torch.Tensor,
    widths: torch.Tensor,
) -> torch.Tensor:
    """Y, Cb, Cr b 3 H W sent as one signal and taken apart again by one line's low-pass.

    signal = Y + U sin + V cos. The decoder demodulates, keeps the chroma's band, and takes what it calls
    chroma out of the signal: luma detail near the subcarrier comes back as colour (cross-colour), chroma that
    changes faster than its band as dots in the luma (dot crawl).
    """
    sine, cosine = waves
    luma, blue, red = torch.split(planes.to(torch.float64), 1, dim=1)
    signal = luma + BLUE_WEIGHT * blue * sine + RED_WEIGHT * red * cosine
    carried = 2.0 * signal * torch.cat([sine, cosine], dim=1)
    u, v = torch.split(along_lines(carried, chroma_taps, heights, widths), 1, dim=1)
    return torch.cat([signal - u * sine - v * cosine, u / BLUE_WEIGHT, v / RED_WEIGHT], dim=1)
