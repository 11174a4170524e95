"""Between RGB and the luma and chroma of JFIF, in libjpeg's fixed point of 16 bits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor

BITS = 16
TO_LUMA_AND_CHROMA = (
    (19595, 38470, 7471),
    (-11059, -21709, 32768),
    (32768, -27439, -5329),
)
"""Y, Cb and Cr from R, G, B, in units of 2**-16; 128 is added to chroma."""
TO_RGB = ((0, 91881), (-22554, -46802), (116130, 0))
"""What R, G and B are above Y, from Cb and Cr less 128."""

_HALF = 1 << (BITS - 1)
_CENTRE = 128


def luma_and_chroma(rgb: Tensor) -> tuple[Tensor, Tensor]:
    """Y (b, 1, h, w) and Cb, Cr (b, 2, h, w) of RGB (b, 3, h, w); int32, 0..255.

    Chroma is rounded with a half less one, which keeps it below 256.
    """
    sums = weighed(rgb, TO_LUMA_AND_CHROMA)
    sums[:, :1] += _HALF
    sums[:, 1:] += (_CENTRE << BITS) + _HALF - 1
    sums >>= BITS
    return sums[:, :1], sums[:, 1:]


def rgb(luma: Tensor, chroma: Tensor) -> Tensor:
    """RGB (b, 3, h, w) of Y (b, 1, h, w) and Cb, Cr (b, 2, h, w); int32, 0..255."""
    above = weighed(chroma - _CENTRE, TO_RGB)
    above += _HALF
    above >>= BITS
    above += luma
    return above.clamp_(0, 255)


def weighed(planes: Tensor, weights: Sequence[Sequence[int]]) -> Tensor:
    """One plane (b, len(weights), h, w) a row of weights: the sum of the planes by that row."""
    each = planes.unbind(1)
    rows = [
        sum(weight * plane for weight, plane in zip(row, each, strict=True) if weight)
        for row in weights
    ]
    return torch.stack(cast("list[Tensor]", rows), 1)
