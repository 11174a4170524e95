"""Images as details of growing size and a smooth rest, and a loss on each.

The starlet transform ("a trous", undecimated; Starck, Murtagh, Bertero 2015) with the linear spline
[1 2 1] / 4: smooth part j + 1 is smooth part j under that filter with 2^j - 1 zeros between its taps, detail j
the difference of the two. The details and the last smooth part add up to the image.
"""

from __future__ import annotations

import torch
from pydantic import Field
from torch import Tensor
from torch.nn import functional

from realsr.backbones.settings import Settings
from realsr.losses.base import Batch, Evaluate, Loss
from realsr.losses.errors import LossError
from realsr.losses.pixel import Criterion, distance


def starlet(images: Tensor, levels: int) -> tuple[list[Tensor], Tensor]:
    """Details, the finest first, and the smooth rest, each b c H W. Borders mirror about the outermost pixel.

    Raises LossError for images that are too small for the widest filter.
    """
    details, smooth = [], images
    for level in range(levels):
        coarser = _smoothed(smooth, 2**level)
        details.append(smooth - coarser)
        smooth = coarser
    return details, smooth


def detail(images: Tensor, levels: int) -> Tensor:
    """Images less their smooth part: the sum of their details."""
    return images - starlet(images, levels)[1]


def _smoothed(images: Tensor, step: int) -> Tensor:
    if min(images.shape[-2:]) <= step:
        raise LossError(
            f"a filter that reaches {step} pixels, on images {tuple(images.shape[-2:])}: take larger images or "
            "fewer levels"
        )
    padded = functional.pad(images, [step] * 4, mode="reflect")
    height, width = images.shape[-2:]
    rows = sum_of([padded[..., k * step : k * step + height, :] for k in range(3)])
    return sum_of([rows[..., k * step : k * step + width] for k in range(3)])


def sum_of(three: list[Tensor]) -> Tensor:
    """By the weights of the linear spline."""
    before, here, behind = three
    return 0.25 * before + 0.5 * here + 0.25 * behind


class WaveletArguments(Settings):
    """low: weight of the smooth rest. high: weight of each level of details."""

    levels: int = Field(default=2, ge=1, le=6)
    low: float = Field(default=1.0, ge=0)
    high: float = Field(default=0.1, ge=0)
    criterion: Criterion = "l1"


def _wavelet(a: WaveletArguments) -> Evaluate:
    def evaluate(batch: Batch) -> Tensor:
        ours, theirs = (starlet(images, a.levels) for images in (batch.sr, batch.hr))
        fine = [distance(x, y, a.criterion) for x, y in zip(ours[0], theirs[0], strict=True)]
        return a.low * distance(ours[1], theirs[1], a.criterion) + a.high * torch.stack(fine).sum()

    return evaluate


WAVELET = Loss(
    "wavelet",
    WaveletArguments,
    _wavelet,
    "The smooth part and details of each size, weighed apart.",
    "after WGSR, Korkmaz, Tekalp, Dogan, CVPR 2024, with the starlet transform for their stationary wavelets",
)
