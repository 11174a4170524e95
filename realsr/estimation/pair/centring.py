"""From taps on HR's pixels to a kernel about its own middle, and how far that reaches."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

SMALL = 0.005
"""Share of the largest tap under which taps at the border count as none."""
CERTAIN = 3.0
"""Standard deviations within which they count as none, too."""


def middle(kernel: Floats) -> Floats:
    """Centre of mass (y, x) from the centre pixel; kernels ... n n, n odd. Returns (..., 2)."""
    axis = np.arange(kernel.shape[-1]) - kernel.shape[-1] // 2
    total = kernel.sum(axis=(-2, -1))
    down, across = kernel.sum(axis=-1) @ axis, kernel.sum(axis=-2) @ axis
    return np.stack([down / total, across / total], axis=-1)


def support(kernel: Floats, spread: Floats) -> int:
    """The odd side of the smallest square about the centre pixel outside which the taps, n x n, are none.

    spread: their standard deviations.
    """
    none = np.abs(kernel) <= np.maximum(SMALL * np.abs(kernel).max(), CERTAIN * spread)
    reach = kernel.shape[0] // 2
    rows, columns = np.nonzero(~none)
    if not len(rows):
        return 1
    furthest = max(np.abs(rows - reach).max(), np.abs(columns - reach).max())
    return int(2 * furthest + 1)


def shifted(kernel: Floats, step: Floats) -> Floats:
    """Kernels ... n n moved by (y, x) pixels down and right, by their spectrum (no blur, sum kept)."""
    if np.abs(step).max() < 1e-9:
        return kernel
    side = kernel.shape[-1]
    around = side // 2 + 1
    wide = np.pad(kernel, [*[(0, 0)] * (kernel.ndim - 2), (around, around), (around, around)])
    turns = np.exp(-2j * np.pi * np.fft.fftfreq(wide.shape[-1])[None] * step[:, None])
    moved = np.fft.ifft2(np.fft.fft2(wide) * turns[0][:, None] * turns[1][None]).real
    inner = slice(around, around + side)
    return np.asarray(moved[..., inner, inner], np.float64)


def cropped(kernel: Floats, side: int) -> Floats:
    """The central side x side taps of kernels ... n n."""
    cut = (kernel.shape[-1] - side) // 2
    inner = slice(cut, kernel.shape[-1] - cut)
    return kernel[..., inner, inner]
