"""The three numbers of the curve: nearness to HR, to the LR, and how much fine detail there is."""

from __future__ import annotations

import numpy as np
from torch import Tensor

from realsr.metrics import fidelity
from realsr.metrics.convention import Convention
from realsr.metrics.planes import Picture, plane, planes
from realsr.metrics.spectrum import HIGH, detail

CONVENTIONS = {
    "psnr": "dB, BT.601 luma (16..235) of 8-bit images, `border` pixels left out on every side",
    "lr_consistency": "PSNR in dB of the SR degraded as the HR was against the LR, RGB, not rounded, no border",
    "high_band_energy": "power of the SR's luma over the HR's, 0.25 to 0.5 cycles per pixel, Hann window",
}
LUMA = Convention("y")


def luma_psnr(sr: Tensor, hr: Tensor, border: int) -> float:
    """dB of two images `c h w` in [0, 1], as their 8-bit files would hold them."""
    convention = Convention("y", crop=border)
    first, second = (planes(_picture(_eight_bits(image)), convention) for image in (sr, hr))
    return fidelity.psnr(first, second)


def psnr(first: Tensor, second: Tensor) -> float:
    """dB of two images `1 c h w` on [0, 1]; infinite for equal ones."""
    return fidelity.psnr(*(planes(_picture(image[0]), Convention()) for image in (first, second)))


def high_band_energy(sr: Tensor, hr: Tensor) -> float:
    """Power of SR over HR, luma of `c h w`, in the band that an LR of half the size could not hold.

    Below 1 is blur, above 1 detail that was not there.
    """
    return detail(plane(_picture(sr), LUMA), plane(_picture(hr), LUMA), HIGH).energy


def _picture(image: Tensor) -> Picture:
    return np.ascontiguousarray(image.permute(1, 2, 0).double().numpy())


def _eight_bits(image: Tensor) -> Tensor:
    return image.double().clamp(0, 1).mul(255).round().div(255)
