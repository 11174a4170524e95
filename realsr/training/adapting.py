"""How often the discriminator's images are changed, by how sure it is of the real ones (ADA).

Karras et al., Training Generative Adversarial Networks with Limited Data, NeurIPS 2020, section 3.1: r_t is the
mean sign of its answers to real images as it sees them. Where it is above the target the discriminator is too
sure of its images, and they are changed more often.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from torch import Tensor

from realsr.training.config_remedies import AdaptiveConfig


@dataclass
class Adaptation:
    """share: the probability of each change, in [0, 1]. total, seen: of r_t since the last change of it.
    batch: real images of a step, over all processes."""

    config: AdaptiveConfig
    batch: int
    share: float = 0.0
    total: float = 0.0
    seen: int = 0

    def see(self, accuracies: Tensor) -> None:
        """Takes a step's accuracies on real and generated images, in [0, 1]."""
        self.total += 2.0 * float(accuracies[0]) - 1.0
        self.seen += 1
        if self.seen < self.config.every:
            return
        above = self.total / self.seen - self.config.target
        step = self.batch * self.seen / self.config.images
        self.share = min(max(self.share + math.copysign(step, above) * (above != 0), 0.0), 1.0)
        self.total, self.seen = 0.0, 0
