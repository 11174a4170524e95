"""Spatially correlated normal fields: unit variance at every pixel, a known correlation of two pixels.

Both are weighted sums of independent normals along rows and columns, the squares of each pixel's weights
summing to one. A grid starts at the sample's first pixel and is as large as the sample needs: no border enters.
"""

from __future__ import annotations

import math

import torch

from degrade.functional.filters import cubic

GRID_TAPS = 4
"""Grid points that a pixel lies between: two before, two after (bilinear gives the outer ones no weight)."""


def grid_side(side: int, pitch: float) -> int:
    """Points of a grid `pitch` pixels apart that carries `side` pixels, the taps beyond both ends included."""
    return math.floor((side - 1) / pitch) + GRID_TAPS


def grid_weights(
    pitch: torch.Tensor, smooth: torch.Tensor, side: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """The first grid point of each pixel, int64 (b, side), and its four weights, float64 (b, side, 4).

    pitch: float64 (b,), at least 1. smooth: bool (b,), cubic weights (Keys, a = -0.5) instead of linear ones.
    Pixel p lies at p / pitch + 1 on the grid.
    """
    place = torch.arange(side, device=pitch.device).to(torch.float64) / pitch.view(-1, 1)
    first = torch.floor(place)
    taps = torch.arange(GRID_TAPS, device=pitch.device)
    distance = (place - first).unsqueeze(-1) - (taps - 1)
    linear = (1.0 - distance.abs()).clamp(min=0.0)
    weights = torch.where(smooth.view(-1, 1, 1), cubic(distance), linear)
    return first.to(torch.int64), weights / _norm(weights)


def _norm(weights: torch.Tensor) -> torch.Tensor:
    """The root of the sum of squares, added in one order on every device."""
    squares = weights * weights
    return torch.sqrt(
        (squares[..., :1] + squares[..., 1:2]) + (squares[..., 2:3] + squares[..., 3:])
    )


def enlarge_grid(
    grid: torch.Tensor, axis: int, first: torch.Tensor, weights: torch.Tensor
) -> torch.Tensor:
    """A grid's values b c h w brought to pixels along one axis (2 or 3), tap after tap.

    first: int64 (b, side), each pixel's first grid point. weights: (b, side, taps), of the points from there
    on. Pixels beyond a sample's own extent read the last point.
    """
    total = torch.zeros((), dtype=grid.dtype, device=grid.device)
    view, shape = [-1, 1, 1, 1], list(grid.shape)
    view[axis] = shape[axis] = first.shape[1]
    for tap in range(weights.shape[-1]):
        index = (first + tap).clamp(max=grid.shape[axis] - 1).view(view).expand(shape)
        weight = weights[..., tap].to(grid.dtype).view(view)
        total = total + weight * torch.gather(grid, axis, index)
    return total


def gaussian_radius(sigma: float) -> int:
    """Pixels on each side that a Gaussian of this standard deviation is summed over."""
    return math.ceil(3.5 * sigma)


def gaussian_taps(sigma: float, length: int) -> list[float]:
    """A Gaussian's weights, their squares summing to one, followed by zeros up to `length`.

    sigma: standard deviation in pixels; 0 gives the single weight 1.
    """
    radius = gaussian_radius(sigma)
    scale = 0.5 / max(sigma**2, 1e-12) if radius else 0.0  # below 1e-6 px only the middle is left
    weights = [math.exp(-scale * offset * offset) for offset in range(-radius, radius + 1)]
    norm = math.sqrt(math.fsum(weight * weight for weight in weights))
    return [weight / norm for weight in weights] + [0.0] * (length - len(weights))


def smooth_field(field: torch.Tensor, taps: torch.Tensor) -> torch.Tensor:
    """Normals b c (h + k - 1) (w + k - 1) summed over rows, then over columns, to b c h w.

    taps: (b, k), each sample's weights from its own first pixel on; zeros after them change no bit.
    """
    weights, length = taps.to(field.dtype).view(-1, taps.shape[1], 1, 1, 1), taps.shape[1]
    for axis in (2, 3):
        side = field.shape[axis] - length + 1
        total = weights[:, 0] * field.narrow(axis, 0, side)
        for tap in range(1, length):
            total = total + weights[:, tap] * field.narrow(axis, tap, side)
        field = total
    return field


def octave_weights(alpha: float, octaves: int, length: int) -> list[float]:
    """Weights of grids 1, 2, 4, ... pixels apart whose sum has about the power spectrum 1 / f**alpha.

    The field of grid k is white up to f = 2**-(k + 1) cycles per pixel and has next to nothing above, so it
    adds w**2 4**k to the spectrum there; the sum is 2**(k alpha) times that of grid 0 where
    w**2 4**k = 2**(k alpha) - 2**((k - 1) alpha). alpha = 0 leaves grid 0 alone, which is white noise.
    alpha: at least 0. octaves: 1..length. The squares sum to one; zeros follow up to `length`.
    """
    powers = [1.0] + [2.0 ** (k * (alpha - 2.0)) * (1.0 - 2.0**-alpha) for k in range(1, octaves)]
    total = math.fsum(powers)
    return [math.sqrt(power / total) for power in powers] + [0.0] * (length - octaves)
