"""LDL: an L1 loss where the SR's error looks like an artefact rather than like detail."""

from __future__ import annotations

from typing import Self

import torch
from pydantic import Field, model_validator
from torch import Tensor
from torch.nn import functional

from realsr.backbones.settings import Settings
from realsr.losses.base import Batch, Evaluate, Loss, given
from realsr.losses.errors import LossError

EXPONENT = 1 / 5

LEAST_VARIANCE = 1e-12
"""Floor of a patch's variance before its fifth root, whose slope at 0 has no end."""


def artefact_map(sr: Tensor, hr: Tensor, ema: Tensor, window: int = 7) -> Tensor:
    """Weight of each pixel, b 1 H W: local variance x (variance of the patch)^(1/5) of the error.

    The error is |HR - SR| summed over channels. Zero where it is below the error of the moving average's
    output, which is the steadier of the two. Variances are unbiased; windows mirror about the outermost pixel.
    Liang, Zeng, Zhang, CVPR 2022.
    """
    error = (hr - sr).abs().sum(dim=1, keepdim=True)
    steadier = (hr - ema).abs().sum(dim=1, keepdim=True)
    patch = error.var(dim=(1, 2, 3), keepdim=True).clamp(min=LEAST_VARIANCE) ** EXPONENT
    return torch.where(error < steadier, 0.0, patch * local_variance(error, window))


def local_variance(images: Tensor, window: int) -> Tensor:
    """Unbiased variance of the square around each pixel, in the images' shape b c H W."""
    reach = window // 2
    if min(images.shape[-2:]) <= reach:
        raise LossError(
            f"variance in windows of {window} of images {tuple(images.shape[-2:])}: expected sides above "
            f"{reach}; take larger patches or a smaller window"
        )
    padded = functional.pad(images, [reach] * 4, mode="reflect")
    squares = padded.unfold(2, window, 1).unfold(3, window, 1)
    return squares.var(dim=(-1, -2))


class LDLArguments(Settings):
    """through_map: whether the map passes a gradient too, as in the authors' trainer, or is a constant."""

    window: int = Field(default=7, ge=3, description="side of the local window in pixels, odd")
    through_map: bool = True

    @model_validator(mode="after")
    def _odd(self) -> Self:
        if self.window % 2 == 0:
            raise ValueError(f"window {self.window}: expected an odd number")
        return self


def _ldl(a: LDLArguments) -> Evaluate:
    def evaluate(batch: Batch) -> Tensor:
        weight = artefact_map(batch.sr, batch.hr, given(batch.ema).detach(), a.window)
        weight = weight if a.through_map else weight.detach()
        return (weight * (batch.sr - batch.hr)).abs().mean()

    return evaluate


LDL = Loss(
    "ldl",
    LDLArguments,
    _ldl,
    "L1 weighted by a map of artefacts, which needs the moving average's output.",
    "Liang, Zeng, Zhang, CVPR 2022",
    needs=lambda _: ("ema",),
)
