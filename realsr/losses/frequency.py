"""Losses between spectra: L1, and the focal frequency loss."""

from __future__ import annotations

from typing import Literal

import torch
from pydantic import Field
from torch import Tensor

from realsr.backbones.settings import Settings
from realsr.losses.base import Evaluate, Loss

Norm = Literal["backward", "ortho"]
"""Of the transform: `backward` has no factor, `ortho` 1 / sqrt(H W)."""


def spectrum_l1(sr: Tensor, hr: Tensor, norm: Norm = "backward") -> Tensor:
    """Mean of |difference| over the real and the imaginary parts of the whole spectra; a scalar."""
    difference = torch.fft.fft2(sr - hr, norm=norm)
    return torch.view_as_real(difference).abs().mean()


def focal_frequency(sr: Tensor, hr: Tensor, alpha: float = 1.0) -> Tensor:
    """Mean over the spectrum of w |F(sr) - F(hr)|^2, w = (|F(sr) - F(hr)| / its largest)^alpha; a scalar.

    The largest is that of each sample and channel, the transform is orthonormal, and w is a constant to the
    gradient. Jiang et al., ICCV 2021, with one patch, the image.
    """
    difference = torch.view_as_real(torch.fft.fft2(sr - hr, norm="ortho"))
    power = difference.square().sum(dim=-1)
    size = power.detach().sqrt() ** alpha
    largest = size.amax(dim=(2, 3), keepdim=True)
    weight = size / torch.where(largest > 0, largest, 1.0)
    return (weight * power).mean()


class SpectrumArguments(Settings):
    norm: Norm = "backward"


class FocalArguments(Settings):
    alpha: float = Field(default=1.0, ge=0, description="0 weighs every frequency alike")


def _spectrum(a: SpectrumArguments) -> Evaluate:
    return lambda batch: spectrum_l1(batch.sr, batch.hr, a.norm)


def _focal(a: FocalArguments) -> Evaluate:
    return lambda batch: focal_frequency(batch.sr, batch.hr, a.alpha)


FFT = Loss(
    "fft",
    SpectrumArguments,
    _spectrum,
    "L1 between the Fourier transforms, real and imaginary parts.",
    "MIMO-UNet, Cho et al., ICCV 2021; of the full-size output alone",
)
FOCAL_FREQUENCY = Loss(
    "focal_frequency",
    FocalArguments,
    _focal,
    "Squared difference of the spectra, weighted towards the frequencies that are worst.",
    "Jiang et al., ICCV 2021",
)
