"""What processes that train together tell one another.

Gradients are averaged by one plain all-reduce between backward and step. That gives what torch's
DistributedDataParallel gives, and leaves networks what they are: several forwards before one backward,
penalties on gradients and parameters without a gradient need no exception.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from realsr.training.optimisers import gradients

if TYPE_CHECKING:
    from lightning_fabric import Fabric


def average_gradients(fabric: Fabric, parameters: Iterable[Tensor]) -> None:
    """Every gradient becomes its mean over the processes."""
    _average(fabric, gradients(parameters))


@torch.no_grad()
def average_buffers(fabric: Fabric, network: nn.Module) -> None:
    """Running statistics become their means, so that all processes hold one network."""
    _average(fabric, [buffer for buffer in network.buffers() if buffer.is_floating_point()])


def any_of(fabric: Fabric, flag: bool) -> bool:
    """Whether the flag is set in any process."""
    if fabric.world_size == 1:
        return flag
    found = fabric.all_reduce(torch.tensor(float(flag), device=fabric.device), reduce_op="sum")
    assert isinstance(found, Tensor)
    return bool(found > 0)


def mean_over(fabric: Fabric, values: Tensor) -> Tensor:
    """The values' mean over the processes."""
    mean = values.clone()
    _average(fabric, [mean])
    return mean


def _average(fabric: Fabric, tensors: list[Tensor]) -> None:
    if fabric.world_size == 1 or not tensors:
        return
    sizes = [each.numel() for each in tensors]
    flat = fabric.all_reduce(torch.cat([each.flatten() for each in tensors]), reduce_op="mean")
    assert isinstance(flat, Tensor)
    for each, mean in zip(tensors, torch.split(flat, sizes), strict=True):
        each.copy_(mean.view_as(each))
