"""Mean absolute error: how far a pixel is off, in levels."""

from __future__ import annotations

import numpy as np

from realsr.metrics.metric import row
from realsr.metrics.planes import Planes


def mae(sr: Planes, hr: Planes) -> float:
    """Mean of |SR - HR| over all planes h w c on 0..255."""
    return float(np.abs(sr - hr).mean())


MAE = row(
    "mae",
    "lower",
    lambda inputs, convention: mae(*inputs.planes(convention)),
    "mean |SR - HR| over all planes at once, on 0..255",
    unit="levels",
)
