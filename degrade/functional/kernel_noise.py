"""Blur kernels with multiplicative noise: a smooth profile, every tap times a number of its own.

Source: S. Bell-Kligler, A. Shocher, M. Irani, "Blind super-resolution kernel estimation using an internal-GAN"
(NeurIPS 2019), the kernels of DIV2KRK; the option `noise_range` of BasicSR's kernels is the same law.
"""

from __future__ import annotations

import torch

from degrade.functional.noise import uniforms
from degrade.functional.psf import centred_offsets

GRID = 2.0**30
"""Taps are multiples of its inverse: sums of them times offsets are exact, hence alike in every canvas."""

REACH = 2
"""How far a kernel can be moved, in pixels; noise and truncation move a centre of mass by less."""


def tap_factors(
    key: tuple[torch.Tensor, torch.Tensor], sizes: torch.Tensor, noise: torch.Tensor, canvas: int
) -> torch.Tensor:
    """1 + noise * U(-1, 1) for each tap: float64 (b, canvas, canvas).

    key: two int64 tensors (b,), the words of each sample's noise key. sizes: int64 (b,), odd, at most `canvas`.
    noise: float64 (b,), 0..1. A tap's factor is a function of the key and of its row and column in its own
    kernel; those outside the kernel are without meaning.
    """
    along = torch.arange(canvas, device=sizes.device) - canvas // 2
    own = along.view(1, -1) + torch.div(sizes, 2, rounding_mode="floor").view(-1, 1)
    index = own.unsqueeze(2) * sizes.view(-1, 1, 1) + own.unsqueeze(1)
    count = canvas * canvas
    even = uniforms(key, index.clamp(min=0, max=count - 1), count).to(torch.float64)
    return 1.0 + noise.view(-1, 1, 1) * (2.0 * even - 1.0)


def with_mass_at(
    taps: torch.Tensor, centre_y: torch.Tensor, centre_x: torch.Tensor
) -> torch.Tensor:
    """Taps (b, k, k) >= 0 as kernels (b, k + 4, k + 4) of sum 1 with their centre of mass where it is wanted.

    centre_y, centre_x: float64 (b,), pixels from the middle tap. Moved by linear interpolation, which moves
    first moments exactly; by d pixels it adds d (1 - d) to the variance.
    """
    rounded = torch.nn.functional.pad(torch.round(taps * GRID) / GRID, [REACH] * 4)
    offsets = centred_offsets(rounded.shape[-1], taps.device)
    rows, columns = rounded.sum(2), rounded.sum(1)
    total = rows.sum(1)
    kernels = rounded / total.view(-1, 1, 1)
    kernels = _moved(kernels, centre_y - (rows * offsets).sum(1) / total, 1)
    return _moved(kernels, centre_x - (columns * offsets).sum(1) / total, 2)


def _moved(kernels: torch.Tensor, distance: torch.Tensor, dim: int) -> torch.Tensor:
    """Kernels with an empty margin of REACH pixels, moved along one axis by up to that."""
    out = torch.zeros_like(kernels)
    for step in range(-REACH, REACH + 1):
        share = (1.0 - (distance - step).abs()).clamp(min=0.0)
        out = out + share.view(-1, 1, 1) * kernels.roll(step, dim)
    return out
