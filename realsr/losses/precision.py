"""Losses in mixed precision: what must not be computed in half of it."""

from __future__ import annotations

import torch
from torch import Tensor


def widened(values: Tensor) -> Tensor:
    """Half-precision values as float32; float32 and float64 as they are."""
    return values.to(torch.promote_types(values.dtype, torch.float32))


def full_precision(values: Tensor) -> torch.autocast:
    """A context that keeps autocast from narrowing sums whose differences count, such as variances."""
    return torch.autocast(values.device.type, enabled=False)
