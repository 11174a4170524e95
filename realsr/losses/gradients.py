"""Losses on differences between neighbouring pixels: total variation, and the gradient map of SPSR."""

from __future__ import annotations

import torch
from pydantic import Field
from torch import Tensor

from realsr.backbones.settings import Settings
from realsr.losses.base import Evaluate, Loss
from realsr.losses.pixel import Criterion, distance


def total_variation(images: Tensor) -> Tensor:
    """Mean |difference| between neighbours across plus that between neighbours down; a scalar.

    Rudin, Osher, Fatemi, Physica D 60, 1992, in its anisotropic form.
    """
    across = (images[..., :, 1:] - images[..., :, :-1]).abs().mean()
    down = (images[..., 1:, :] - images[..., :-1, :]).abs().mean()
    return across + down


def gradient_map(images: Tensor, eps: float = 1e-3) -> Tensor:
    """Length of the gradient, b c H-2 W-2: sqrt(gx^2 + gy^2 + eps^2), g the difference of both neighbours.

    Ma et al., "Structure-Preserving Super Resolution with Gradient Guidance", CVPR 2020:
    I(x + 1) - I(x - 1), not halved. Pixels at the border have no two neighbours and are left out.
    """
    across = images[..., 1:-1, 2:] - images[..., 1:-1, :-2]
    down = images[..., 2:, 1:-1] - images[..., :-2, 1:-1]
    return torch.sqrt(across.square() + down.square() + eps * eps)


class TVArguments(Settings):
    """Total variation has none."""


class GradientArguments(Settings):
    criterion: Criterion = "l1"
    eps: float = Field(default=1e-3, gt=0, description="length of the gradient of a flat region")


def _tv(_: TVArguments) -> Evaluate:
    return lambda batch: total_variation(batch.sr)


def _gradient(a: GradientArguments) -> Evaluate:
    return lambda batch: distance(
        gradient_map(batch.sr, a.eps), gradient_map(batch.hr, a.eps), a.criterion
    )


TV = Loss(
    "tv",
    TVArguments,
    _tv,
    "Total variation of the SR alone, which it smooths.",
    "Rudin, Osher, Fatemi, Physica D 60, 1992; anisotropic",
)
GRADIENT = Loss(
    "gradient",
    GradientArguments,
    _gradient,
    "Difference between the gradient maps of SR and HR.",
    "SPSR, Ma et al., CVPR 2020; the border is left out",
)
