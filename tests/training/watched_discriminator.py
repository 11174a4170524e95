"""A discriminator that keeps what it was shown."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from realsr.models.discriminators.base import Discriminator, DiscriminatorArguments, Judged


class Watched(Discriminator):
    """Keeps the images and the LR beside them."""

    def __init__(self) -> None:
        super().__init__(DiscriminatorArguments(lr_scale=2))
        self.scale = nn.Parameter(torch.ones(()))
        self.seen: list[Tensor] = []

    def judge_joined(self, x: Tensor) -> Judged:
        self.seen.append(x.detach())
        return Judged(self.scale * x.mean(dim=(1, 2, 3))[:, None], (x,))
