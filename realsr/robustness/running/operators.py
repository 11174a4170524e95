"""The operators of LR-consistency: the one that made an LR, without its noise, and the one models assume."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

import degrade
from degrade import Trace
from degrade.operators import row as operators
from realsr.inference.after.consistency import optical
from realsr.metrics.consistency import Operator
from realsr.metrics.interpolation import reduced
from realsr.metrics.planes import Picture


def true_operator(trace: Trace, rows: Sequence[operators.Operator[Any]] = ()) -> Operator:
    """The blurs and resizes of a trace, as a function of an HR picture `h w c`; results are floats, clipped.

    rows: a caller's own operators, where the trace names them.
    """
    kept = optical(trace, rows)
    return lambda picture: _applied(kept, rows, picture)


def assumed_operator(scale: int) -> Callable[[Picture], Picture]:
    """MATLAB's bicubic reduction, which nearly every model was trained on or is compared by."""
    return lambda picture: reduced(picture, scale)


def _applied(trace: Trace, rows: Sequence[operators.Operator[Any]], picture: Picture) -> Picture:
    values = torch.from_numpy(np.ascontiguousarray(picture)).permute(2, 0, 1)[None].float() / 255.0
    [result] = degrade.apply_lr([trace], values, threads=1, rows=rows)
    clipped: Picture = result.clamp(0, 1).permute(1, 2, 0).contiguous().numpy()
    return clipped
