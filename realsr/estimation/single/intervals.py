"""Intervals of what the predictor tells: its own width, times what makes it hold among pictures alike."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from realsr.estimation.codec.blocks import Floats
from realsr.estimation.single.network import tensors

SPLITS = {"noise": math.log(2.5), "mtf50": math.log(0.4)}
"""Answers (logarithms) below and above which errors are of different kinds."""
GROUPS = 4
"""Kinds of pictures: see `Look.group`."""
NARROWEST, WIDEST = -4.0, 2.0
"""Of the logarithm of a network's own width."""


def kind(name: str, group: npt.NDArray[np.int64], mean: Floats) -> npt.NDArray[np.int64]:
    """Which of the 2 * GROUPS factors of `name` belong to answers (n,) on pictures of groups (n,)."""
    return np.asarray(group + GROUPS * (mean >= SPLITS[name]), np.int64)


def interval(mean: float, log_width: float, stretch: float) -> tuple[float, float, float]:
    """Value, low and high of a quantity whose logarithm the predictor gives with a width."""
    reach = stretch * math.exp(min(max(log_width, NARROWEST), WIDEST))
    return math.exp(mean), math.exp(mean - reach), math.exp(mean + reach)


def stretched(name: str, group: int, mean: float, log_width: float) -> tuple[float, float, float]:
    """The same, with the factor that `name` has for such a picture and answer."""
    place = kind(name, np.array([group]), np.array([mean], np.float32))[0]
    return interval(mean, log_width, float(tensors()[f"{name}.stretch"][place]))
