"""What a validation compares, in one stated convention.

Both images as their file would hold them: clamped and rounded to 8 bits. Then BT.601 studio luma of the RGB
values, not rounded again, on 0..255, without a border of some pixels. A network of the luma alone is compared
on what it gives, rounded to 8 bits.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from torch import Tensor

from degrade.functional.color import studio_luma

CONVENTION = (
    "BT.601 studio luma of 8-bit images, SSIM by an 11x11 Gaussian of sigma 1.5, border {} px"
)
"""In words, for the log; with the border."""


def eight_bit(images: Tensor) -> Tensor:
    """Clamped to [0, 1] and rounded to the 256 values, halves to even, still in [0, 1]."""
    return images.float().clamp(0, 1).mul(255).round().div(255)


def comparable(image: Tensor, border: int) -> npt.NDArray[np.float64]:
    """`1 c h w` in [0, 1] to the luma h w 1 on 0..255 that the metrics see."""
    luma = (studio_luma(eight_bit(image).double()) * 255)[0].permute(1, 2, 0)
    inside = luma[border : luma.shape[0] - border, border : luma.shape[1] - border]
    return np.ascontiguousarray(inside.numpy())
