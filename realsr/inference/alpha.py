"""Pictures with transparency: their colours enlarged so that what is invisible tints nothing.

The colour of a transparent pixel is arbitrary, and mostly black. Interpolation enlarges colours multiplied by
alpha and divides by what became of alpha (Porter and Duff, SIGGRAPH 1984). A network would see a silhouette
on black that is none; for it the colours of what is seen are continued beneath what is not.
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional

from realsr.inference.upscaler import Upscaler
from realsr.models.upsampling import enlarge

AlphaBy = Literal["bicubic", "model"]
"""Who enlarges alpha: interpolation, or the model, which sees it as a grey picture."""

CONTINUED = 16
"""LR pixels by which colours are continued beneath transparency."""

_SEEN = 8 / 255
"""Alpha up to which a colour is not one that anybody sees."""
_DIVISIBLE = 0.5 / 65535
"""Half a step of 16 bits: less is the rounding of nothing."""


def enlarged_with_alpha(images: Tensor, upscaler: Upscaler, by: AlphaBy) -> Tensor:
    """`b c h w` whose last channel is alpha -> the same enlarged. Raises InferenceError."""
    colours, alpha = images[:, :-1], images[:, -1:].contiguous()
    cover = enlarge(alpha, upscaler.scale) if by == "bicubic" else upscaler(alpha)
    if bool((alpha == 1).all()):
        return torch.cat([upscaler(colours.contiguous()), cover], dim=1)
    result = upscaler(continued(colours, alpha))
    if upscaler.linear:
        share = upscaler(alpha)
        together = upscaler(colours * alpha)
        result = torch.where(share > _DIVISIBLE, together / share.clamp(min=_DIVISIBLE), result)
    return torch.cat([result, cover], dim=1)


def continued(colours: Tensor, alpha: Tensor) -> Tensor:
    """`b c h w` with every colour that is not seen replaced by the mean of its seen neighbours, weighted by
    alpha; then by that of those, CONTINUED pixels far. Colours farther away stay.
    """
    weight = alpha * (alpha > _SEEN)
    for _ in range(CONTINUED):
        missing = weight == 0
        if not bool(missing.any()):
            break
        near = _sum(weight)
        grown = missing & (near > 0)
        colours = torch.where(grown, _sum(colours * weight) / near.clamp(min=1e-12), colours)
        weight = torch.where(grown, near / 9, weight)
    return colours.contiguous()


def _sum(images: Tensor) -> Tensor:
    """Over 3 x 3 pixels, with nothing beyond the border."""
    return 9 * functional.avg_pool2d(images, 3, stride=1, padding=1)
