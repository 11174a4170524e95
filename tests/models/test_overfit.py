"""Each architecture, reduced, learns one patch: the squared error falls by a stated factor in 200 steps."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from realsr.models.upsampling import enlarge
from tests.models.reduced import REDUCED, SMALLEST, small

STEPS = 200
SIDE = 12
"""LR pixels."""


def patch(side: int) -> Tensor:
    """1 3 side side: stripes that turn finer to the right, and the edge of a disc, in three colours."""
    y, x = torch.meshgrid(*(torch.linspace(0, 1, side),) * 2, indexing="ij")
    stripes = 0.5 + 0.3 * torch.sin(40 * x**2 + 6 * y)
    disc = ((x - 0.6) ** 2 + (y - 0.5) ** 2 < 0.09).float()
    return torch.stack([stripes, 0.7 * stripes + 0.3 * disc, 0.2 + 0.6 * disc])[None]


@pytest.mark.parametrize(("name", "scale"), SMALLEST)
def test_overfits_one_patch(name: str, scale: int) -> None:
    hr = patch(SIDE * scale)
    lr = functional.avg_pool2d(hr, scale)
    network = small(name, scale).train()
    reduced = REDUCED[name]
    optimiser = torch.optim.Adam(network.parameters(), lr=reduced.rate)
    errors = []
    for _ in range(STEPS):
        optimiser.zero_grad()
        error = functional.mse_loss(network(lr), hr)
        error.backward()
        optimiser.step()
        errors.append(error.item())
    bicubic = functional.mse_loss(enlarge(lr, scale), hr).item()
    assert errors[0] / errors[-1] >= reduced.falls
    assert errors[-1] / bicubic <= reduced.of_bicubic
