"""The range in which a paper's network sees colours, and the way there and back."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

DIV2K_MEAN = (0.4488, 0.4371, 0.4040)
"""Mean RGB of DIV2K's 800 training photographs in [0, 1], as the networks trained on them subtract it."""


class ColourRange(nn.Module):
    """[0, 1] <-> (value - mean) * full, channel by channel.

    mean: one value per channel in [0, 1]; where the images have another number of channels, each gets the
    mean's own mean. full: 1 or 255. It has no parameters and adds nothing to a state dict.
    """

    mean: Tensor

    def __init__(
        self, channels: int, *, full: float = 1.0, mean: Sequence[float] = DIV2K_MEAN
    ) -> None:
        super().__init__()
        if len(mean) != channels:
            mean = [sum(mean) / len(mean)] * channels
        self.register_buffer("mean", torch.tensor(mean).view(1, -1, 1, 1), persistent=False)
        self.full = full

    def inward(self, images: Tensor) -> Tensor:
        """From [0, 1] to what the network sees."""
        return (images - self.mean) * self.full

    def outward(self, images: Tensor) -> Tensor:
        """From what the network gives to [0, 1]."""
        return images / self.full + self.mean
