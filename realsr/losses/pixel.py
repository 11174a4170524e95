"""Losses pixel by pixel: L1, MSE, Charbonnier, Huber."""

from __future__ import annotations

from typing import Literal

import torch
from pydantic import Field
from torch import Tensor

from realsr.backbones.settings import Settings
from realsr.losses.base import Evaluate, Loss

Reduction = Literal["mean", "sample_sum"]
"""`mean` over everything; `sample_sum`: sum over a sample's values, mean over samples, as in papers whose
learning rates are made for it (VDSR, LapSRN)."""

Criterion = Literal["l1", "l2", "charbonnier"]

CHARBONNIER = 1e-3
"""LapSRN's eps for images in [0, 1]."""


def charbonnier(difference: Tensor, eps: float = CHARBONNIER) -> Tensor:
    """sqrt(d^2 + eps^2), value by value; eps where there is no difference."""
    return torch.sqrt(difference * difference + eps * eps)


def huber(difference: Tensor, delta: float) -> Tensor:
    """d^2 / 2 up to delta, delta (|d| - delta / 2) beyond, value by value."""
    size = difference.abs()
    return torch.where(size <= delta, 0.5 * size * size, delta * (size - 0.5 * delta))


def distance(first: Tensor, second: Tensor, criterion: Criterion) -> Tensor:
    """Mean over everything of |d|, d^2 or Charbonnier's function of the differences."""
    difference = first - second
    if criterion == "l1":
        return difference.abs().mean()
    if criterion == "l2":
        return (difference * difference).mean()
    return charbonnier(difference).mean()


def reduced(values: Tensor, reduction: Reduction) -> Tensor:
    """b c H W to a scalar."""
    return values.mean() if reduction == "mean" else values.sum() / values.shape[0]


class PixelArguments(Settings):
    """Of the losses pixel by pixel."""

    reduction: Reduction = "mean"


class CharbonnierArguments(PixelArguments):
    eps: float = Field(default=CHARBONNIER, gt=0, description="in units of the image's range")


class HuberArguments(PixelArguments):
    delta: float = Field(default=1.0, gt=0, description="difference from which it is linear")


def _l1(a: PixelArguments) -> Evaluate:
    return lambda batch: reduced((batch.sr - batch.hr).abs(), a.reduction)


def _mse(a: PixelArguments) -> Evaluate:
    return lambda batch: reduced((batch.sr - batch.hr).square(), a.reduction)


def _charbonnier(a: CharbonnierArguments) -> Evaluate:
    return lambda batch: reduced(charbonnier(batch.sr - batch.hr, a.eps), a.reduction)


def _huber(a: HuberArguments) -> Evaluate:
    return lambda batch: reduced(huber(batch.sr - batch.hr, a.delta), a.reduction)


L1 = Loss("l1", PixelArguments, _l1, "Absolute difference.", "EDSR, Lim et al., CVPRW 2017")
MSE = Loss("mse", PixelArguments, _mse, "Squared difference.", "SRCNN, Dong et al., ECCV 2014")
CHARBONNIER_LOSS = Loss(
    "charbonnier",
    CharbonnierArguments,
    _charbonnier,
    "sqrt(d^2 + eps^2); eps 1e-3 unless stated.",
    "LapSRN, Lai et al., CVPR 2017, equation 1; others write sqrt(d^2 + eps), eps = our eps squared",
)
HUBER = Loss(
    "huber",
    HuberArguments,
    _huber,
    "Squared up to delta, linear beyond.",
    "Huber, Ann. Math. Statist. 35(1), 1964",
)
