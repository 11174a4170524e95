"""A score for pairs that no tripod holds still: the best of all small whole-pixel shifts."""

from __future__ import annotations

import numpy as np

from realsr.metrics.convention import Convention
from realsr.metrics.errors import NotDefinedError
from realsr.metrics.fidelity import psnr
from realsr.metrics.planes import Picture, planes


def shifted_psnr(
    sr: Picture, hr: Picture, reach: int, convention: Convention
) -> tuple[float, int, int]:
    """PSNR in dB at the best shift, and that shift: rows and columns by which SR's content lies behind HR's.

    Every shift of -reach..reach is compared on the same interior of HR. Raises NotDefinedError where the
    pictures are too small for it.
    """
    wide, truth = planes(sr, convention), planes(hr, convention)
    height, width = (side - 2 * reach for side in truth.shape[:2])
    if min(height, width) < 1:
        raise NotDefinedError(
            f"shifts of {reach} px leave nothing of {hr.shape[0]} x {hr.shape[1]} (height x width)"
        )
    inside = np.ascontiguousarray(truth[reach : reach + height, reach : reach + width])
    steps = range(-reach, reach + 1)
    places = ((row, column) for row in steps for column in steps)
    return max(
        (
            psnr(wide[reach + y : reach + y + height, reach + x : reach + x + width], inside),
            y,
            x,
        )
        for y, x in places
    )
