"""The three numbers of the curve: nearness to HR, to the LR, and how much fine detail there is."""

from __future__ import annotations

from torch import Tensor

from realsr.ganlab.degraded import LR_CONSISTENCY, as_picture
from realsr.metrics import fidelity
from realsr.metrics.convention import Convention
from realsr.metrics.planes import plane, planes
from realsr.metrics.spectrum import HIGH, detail

CONVENTIONS = {
    "psnr": "dB, BT.601 luma (16..235) of 8-bit images, `border` pixels left out on every side",
    "lr_consistency": LR_CONSISTENCY,
    "high_band_energy": "power of the SR's luma over the HR's, 0.25 to 0.5 cycles per pixel, Hann window",
}
LUMA = Convention("y")


def luma_psnr(sr: Tensor, hr: Tensor, border: int) -> float:
    """dB of two images `c h w` in [0, 1], as their 8-bit files would hold them."""
    convention = Convention("y", crop=border)
    first, second = (planes(as_picture(_eight_bits(image)), convention) for image in (sr, hr))
    return fidelity.psnr(first, second)


def high_band_energy(sr: Tensor, hr: Tensor) -> float:
    """Power of SR over HR, luma of `c h w`, in the band that an LR of half the size could not hold.

    Below 1 is blur, above 1 detail that was not there.
    """
    return detail(plane(as_picture(sr), LUMA), plane(as_picture(hr), LUMA), HIGH).energy


def _eight_bits(image: Tensor) -> Tensor:
    return image.double().clamp(0, 1).mul(255).round().div(255)
