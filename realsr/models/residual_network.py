"""The trunk that EDSR made common: head, residual body with a long skip, sub-pixel upsampler, tail."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn

from realsr.models.base import Arguments
from realsr.models.colour_range import ColourRange
from realsr.models.layers import Skip, conv
from realsr.models.upsampling import sub_pixel


class ResidualNetwork(nn.Module):
    """Values (x - mean of DIV2K) * 255 inside, no activation at the upsampler (EDSR, RCAN)."""

    def __init__(self, arguments: Arguments, features: int, blocks: Sequence[nn.Module]) -> None:
        super().__init__()
        self.range = ColourRange(arguments.channels, full=255.0)
        self.head = conv(arguments.channels, features)
        self.body = Skip(*blocks, conv(features, features))
        self.upsampler = sub_pixel(features, arguments.scale)
        self.tail = conv(features, arguments.channels)

    def forward(self, lr: Tensor) -> Tensor:
        features = self.body(self.head(self.range.inward(lr)))
        return self.range.outward(self.tail(self.upsampler(features)))
