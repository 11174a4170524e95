"""When a discriminator that is too strong rests.

EnhanceNet's rule (Sajjadi et al., ICCV 2017): it learns only while it tells real or generated images rightly in
less than 80 % of the cases. A resting discriminator still judges, so its accuracy is known and it wakes again.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from realsr.losses.adversarial import GanKind
from realsr.training.config import PauseConfig

_BORDER: dict[str, float] = {"vanilla": 0.0, "hinge": 0.0, "lsgan": 0.5}
"""Logits above are meant as real. The other games know no such number: they compare with the other side."""


def accuracy(kind: GanKind, real: Tensor, fake: Tensor) -> Tensor:
    """The shares of real and of generated logits that are on the right side, (2,).

    In a relativistic game or WGAN an answer is right where it is on its side of the other images' mean.
    """
    border = _BORDER.get(kind)
    below = fake.mean() if border is None else border
    above = real.mean() if border is None else border
    return torch.stack([(real > below).float().mean(), (fake < above).float().mean()])


@dataclass
class Pause:
    """running: the smaller of both accuracies, smoothed; None before the first step. rested: steps so far."""

    config: PauseConfig
    running: float | None = None
    rested: int = 0

    @property
    def due(self) -> bool:
        """Whether the discriminator rests in the coming step."""
        return self.running is not None and self.running >= self.config.accuracy

    def see(self, accuracies: Tensor) -> None:
        """Takes a step's accuracies on real and generated images."""
        self.rested += self.due
        smaller, keep = float(accuracies.min()), self.config.smoothing
        self.running = (
            smaller if self.running is None else keep * self.running + (1 - keep) * smaller
        )
