"""Small random images and what their losses are written in."""

from __future__ import annotations

import torch
from torch import Tensor

from realsr.losses.base import Batch, Evaluate
from realsr.losses.table import LOSSES
from realsr.losses.terms import LossTerm


def image(seed: int, *shape: int, dtype: torch.dtype = torch.float64) -> Tensor:
    """Uniform in [0, 1], the same for a seed."""
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def pair(*shape: int) -> Batch:
    """A batch of two independent random images."""
    return Batch(image(1, *shape), image(2, *shape))


def loss(name: str, **arguments: object) -> Evaluate:
    """A loss by name, its arguments read as from YAML."""
    term = LossTerm.model_validate({"name": name, "arguments": arguments})
    return LOSSES[name].build(term.arguments)
