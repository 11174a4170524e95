"""Stand-ins for steps that pass no gradient, for those who ask for one all the same.

A surrogate has an operator's form and meaning without its roundings: a gradient that is passed "straight
through" a step (Bengio, Leonard and Courville, 2013) is the surrogate's, at the step's own input.
"""

from __future__ import annotations

from typing import Any

import torch

from degrade.operators.base import Group


def unchanged(images: torch.Tensor, group: Group[Any]) -> torch.Tensor:
    """For roundings of values that may lie anywhere: the gradient itself."""
    return images


def clipped(images: torch.Tensor, group: Group[Any]) -> torch.Tensor:
    """For codecs, which limit what they take to [0, 1]: the gradient where a value lies there."""
    return images.clamp(0.0, 1.0)
