"""Does the output, degraded again, give the input? The first check that an answer belongs to its question.

Two operators, two questions. With the operator that really made the LR, `PSNR(D(SR), D(HR))`, without noise or
compression, which an SR model should remove and not repeat: how far the output lies from every picture that
fits. With the operator that the model assumes, `PSNR(D_assumed(SR), LR)`: how well it believes itself. The gap
between the two is the mismatch.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from degrade.errors import ImageError
from realsr.metrics.convention import Convention
from realsr.metrics.fidelity import psnr
from realsr.metrics.interpolation import cut_to_multiple, reduced
from realsr.metrics.planes import Picture, check_pair, check_picture, planes

Operator = Callable[[Picture], Picture]
"""A degradation without its noise: HR picture to LR picture, of any one depth."""


def with_true_operator(
    sr: Picture, hr: Picture, operator: Operator, convention: Convention
) -> float:
    """PSNR in dB between both pictures degraded by the operator that made the LR."""
    return _compared(operator(sr), operator(hr), ("operator(SR)", "operator(HR)"), convention)


def with_assumed_operator(
    sr: Picture, lr: Picture, operator: Operator, convention: Convention
) -> float:
    """PSNR in dB between the output degraded as the model assumes and the LR that it was given."""
    return _compared(operator(sr), lr, ("operator(SR)", "LR"), convention)


def ntire_lr_psnr(sr: Picture, hr: Picture, scale: int, convention: Convention) -> float:
    """LR-PSNR of NTIRE 2021 and 2022: both reduced by MATLAB's bicubic to uint8; 45 dB is the target.

    Both are first cut to a multiple of 8, and of the scale.
    """
    side = math.lcm(8, scale)
    pair = [reduced(cut_to_multiple(picture, side), scale) for picture in (sr, hr)]
    return _compared(pair[0], pair[1], ("reduced SR", "reduced HR"), convention)


def _compared(
    first: Picture, second: Picture, names: tuple[str, str], convention: Convention
) -> float:
    for picture, name in zip((first, second), names, strict=True):
        try:
            check_picture(picture, name)
        except ImageError as error:
            raise ImageError(f"LR-consistency: {error}") from error
    check_pair(first, second, names)
    return psnr(planes(first, convention), planes(second, convention))
