"""The exponential moving average of a network's weights."""

from __future__ import annotations

import copy
from typing import TypeVar

import torch
from torch import nn

N = TypeVar("N", bound=nn.Module)


def frozen_copy(network: N) -> N:
    """A copy that receives no gradient."""
    return copy.deepcopy(network).requires_grad_(False).eval()


def decay_at(decay: float, step: int) -> float:
    """The decay at a step, from 0: small at first, so that the initial weights are soon forgotten."""
    return min(decay, (1 + step) / (10 + step))


@torch.no_grad()
def update(average: nn.Module, network: nn.Module, decay: float) -> None:
    """average <- decay average + (1 - decay) network; buffers (running statistics) are taken over."""
    torch._foreach_lerp_(list(average.parameters()), list(network.parameters()), 1.0 - decay)
    for ours, theirs in zip(average.buffers(), network.buffers(), strict=True):
        ours.copy_(theirs)
