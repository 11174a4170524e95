"""A degradation as it is measured: what its LR pictures have lost and gained against the clean reduction.

Clean is MATLAB's bicubic reduction of the same HR. Several pictures are measured, since what a degradation does
depends on the content.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch

from degrade import Trace
from degrade.operators.row import Operator
from realsr.images.reading import Bytes
from realsr.metrics import Score, score
from realsr.metrics.interpolation import cut_to_multiple, reduced
from realsr.pairs.making import degrade_pixels
from realsr.statistics.resampling import Floats
from realsr.statistics.untold import StatisticsError

_BEST_PSNR = 60.0
"""In dB, for pictures that are equal or nearly so."""


def _octaves(ratio: float) -> float:
    return math.log2(min(max(ratio, 2.0**-10), 2.0**10))


def _capped(value: float) -> float:
    return min(value, _BEST_PSNR)


def _as_it_is(value: float) -> float:
    return value


FEATURES: Mapping[str, Callable[[float], float]] = {
    "psnr": _capped,
    "ssim": _as_it_is,
    "gmsd": _as_it_is,
    "energy_middle": _octaves,
    "energy_high": _octaves,
    "coherence_middle": _as_it_is,
    "coherence_high": _as_it_is,
    "colour_shift": _as_it_is,
}
"""Metrics of LR against the clean LR, each with the scale on which its differences count."""


def measured(trace: Trace, images: Sequence[Bytes], rows: Sequence[Operator[Any]] = ()) -> Floats:
    """The features of a trace on every image, one after the other; NaN where a metric is not defined.

    images: HR pictures h w 3 uint8, cut to a multiple of the scale here. rows: a caller's own operators, where
    the trace names them.
    """
    whole = [cut_to_multiple(image, trace.scale) for image in images]
    made = degrade_pixels([trace] * len(whole), whole, torch.device("cpu"), rows=rows)
    return np.concatenate(
        [
            _against(pair.lr, reduced(image, trace.scale))
            for pair, image in zip(made, whole, strict=True)
        ]
    )


def standardised(features: Floats) -> Floats:
    """Every column with mean 0 and variance 1, so that units do not weigh; what is NaN takes the mean.

    A column without spread becomes 0. features: cases x columns.
    """
    if features.ndim != 2 or not features.size:
        raise StatisticsError(
            f"features of shape {features.shape}; expected cases x columns, not empty"
        )
    known = np.isfinite(features)
    count = np.maximum(known.sum(0), 1)
    centred = np.where(known, features - np.where(known, features, 0.0).sum(0) / count, 0.0)
    spread = np.sqrt((centred**2).sum(0) / count)
    return centred / np.where(spread > 1e-12, spread, np.inf)


def _against(lr: Bytes, clean: Bytes) -> Floats:
    return np.array([_value(name, lr, clean) for name in FEATURES])


def _value(name: str, lr: Bytes, clean: Bytes) -> float:
    found = score(name, lr, clean)
    return FEATURES[name](found.value) if isinstance(found, Score) else math.nan
