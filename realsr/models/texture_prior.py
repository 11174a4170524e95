"""A prior for SFT-GAN that needs no weights: what texture stands where, by local statistics of the LR."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

KINDS = (
    *("flat_dark", "flat_bright", "fine_texture", "strong_texture"),
    *("lines_0", "lines_45", "lines_90", "lines_135"),
)
"""What the eight maps mean; lines are named by the direction of their gradient in degrees, y down."""

_FLAT = 0.02
_STRONG = 0.1
"""Gradients (per pixel, of [0, 1]) at which a texture is half flat and half strong."""


def texture_prior(lr: Tensor, scale: int, window: int = 7) -> Tensor:
    """`b c h w` to `b 8 scale*h scale*w`: membership of each pixel in KINDS, >= 0, of sum 1.

    From the structure tensor of the mean of the channels, averaged over window x window pixels (Bigun and
    Granlund 1987): its trace tells flat from textured, its coherence lines from texture without direction,
    and its orientation falls between two neighbouring directions by cos^2 and sin^2. Differentiable.
    """
    grey = lr.mean(dim=1, keepdim=True)
    strength, across, diagonal = _structure(grey, window)
    textured = strength / (strength + _FLAT**2)
    strong = strength / (strength + _STRONG**2)
    bright = _average(grey, window).clamp(0.0, 1.0)
    directed = _directed(strength, across, diagonal)
    grain = 1.0 - directed.sum(dim=1, keepdim=True)
    flat = (1.0 - textured) * torch.cat([1.0 - bright, bright], dim=1)
    grained = textured * grain * torch.cat([1.0 - strong, strong], dim=1)
    lines = textured * directed
    kinds = torch.cat([flat, grained, lines], dim=1)
    return functional.interpolate(kinds, scale_factor=float(scale), mode="nearest")


def _structure(grey: Tensor, window: int) -> tuple[Tensor, Tensor, Tensor]:
    """Trace of the structure tensor, and its anisotropy across the axes and across the diagonals."""
    padded = functional.pad(grey, (1, 1, 1, 1), mode="replicate")
    x = (padded[..., 1:-1, 2:] - padded[..., 1:-1, :-2]) / 2.0
    y = (padded[..., 2:, 1:-1] - padded[..., :-2, 1:-1]) / 2.0
    xx, yy, xy = (_average(product, window) for product in (x * x, y * y, x * y))
    return xx + yy, xx - yy, 2.0 * xy


def _average(image: Tensor, window: int) -> Tensor:
    """Mean over a window; at the border over the part of it inside."""
    return functional.avg_pool2d(
        image, window, stride=1, padding=window // 2, count_include_pad=False
    )


def _directed(strength: Tensor, across: Tensor, diagonal: Tensor) -> Tensor:
    """`b 4 h w`: the coherence, by cos^2 and sin^2 of the doubled angle given to the direction on each side.

    The small terms keep gradients finite where nothing varies; they are far below one grey level of 255.
    """
    magnitude = torch.sqrt(across**2 + diagonal**2 + 1e-14)
    sides = torch.cat([across, diagonal, -across, -diagonal], dim=1).clamp(min=0.0)
    return sides**2 / (magnitude * (strength + 1e-8))
