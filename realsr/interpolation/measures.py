"""The three numbers of the curve: nearness to HR, to the LR, and how much fine detail there is."""

from __future__ import annotations

import torch
from torch import Tensor

from realsr.losses.base import studio_luma

HIGH_BAND = (0.25, 0.5)
"""Cycles per pixel, radial: what an LR of half the size could not hold."""
CONVENTIONS = {
    "psnr": "dB, BT.601 luma (16..235) of 8-bit images, `border` pixels left out on every side",
    "lr_consistency": "PSNR in dB of the SR degraded as the HR was against the LR, RGB, not rounded, no border",
    "high_band_energy": "power of the SR's luma over the HR's, 0.25 to 0.5 cycles per pixel, Hann window",
}


def luma_psnr(sr: Tensor, hr: Tensor, border: int) -> float:
    """dB of two images `c h w` in [0, 1], as their 8-bit files would hold them."""
    first, second = (_luma(_eight_bits(image), border) for image in (sr, hr))
    return psnr(first, second)


def psnr(first: Tensor, second: Tensor) -> float:
    """dB of two tensors on [0, 1]; infinite for equal ones."""
    squared = (first.double() - second.double()).square().mean()
    return float(-10 * torch.log10(squared))


def high_band_energy(sr: Tensor, hr: Tensor) -> float:
    """Power of SR over HR in HIGH_BAND, luma of `c h w`; below 1 is blur, above 1 detail that was not there."""
    first, second = (_band_power(_luma(image, 0)) for image in (sr, hr))
    return float(first / second)


def _luma(image: Tensor, border: int) -> Tensor:
    luma = studio_luma(image.double()[None])[0, 0]
    return luma[border : luma.shape[0] - border, border : luma.shape[1] - border]


def _eight_bits(image: Tensor) -> Tensor:
    return image.double().clamp(0, 1).mul(255).round().div(255)


def _band_power(plane: Tensor) -> Tensor:
    height, width = plane.shape
    windows = [torch.hann_window(side, periodic=False, dtype=plane.dtype) for side in plane.shape]
    spectrum = torch.fft.fft2((plane - plane.mean()) * torch.outer(*windows))
    frequencies = (torch.fft.fftfreq(side, dtype=plane.dtype) for side in (height, width))
    radius = torch.hypot(*torch.meshgrid(*frequencies, indexing="ij"))
    inside = (radius >= HIGH_BAND[0]) & (radius <= HIGH_BAND[1])
    power: Tensor = spectrum.abs().square()[inside].sum()
    return power
