"""MDSR: one EDSR body for several scales, with an entry and an upsampler for each."""

from __future__ import annotations

from pydantic import Field
from torch import Tensor, nn

from realsr.models.base import Architecture
from realsr.models.colour_range import ColourRange
from realsr.models.layers import Skip, conv, residual_block
from realsr.models.scales import MultiScale, MultiScaleArguments
from realsr.models.upsampling import sub_pixel


class MDSRArguments(MultiScaleArguments):
    """The large network of the paper."""

    scales: tuple[int, ...] = Field(
        default=(2, 3, 4), description="scales with weights of their own"
    )
    blocks: int = Field(default=80, ge=1, description="B: residual blocks of the shared body")
    features: int = Field(default=64, ge=1, description="F: channels")


class MDSRBaselineArguments(MDSRArguments):
    blocks: int = Field(default=16, ge=1, description="B: residual blocks of the shared body")


class MDSR(MultiScale):
    """Figure 5: two 5x5 residual blocks a scale first, the shared body, the scale's upsampler.

    Values (x - mean of DIV2K) * 255 inside; initial weights are torch's.
    """

    def __init__(self, arguments: MDSRArguments) -> None:
        super().__init__(arguments.scale, arguments.held)
        features = arguments.features
        self.range = ColourRange(arguments.channels, full=255.0)
        self.head = conv(arguments.channels, features)
        self.entries = nn.ModuleDict({str(s): _entry(features) for s in self.scales})
        blocks = [residual_block(features) for _ in range(arguments.blocks)]
        self.body = Skip(*blocks, conv(features, features))
        self.upsamplers = nn.ModuleDict({str(s): sub_pixel(features, s) for s in self.scales})
        self.tail = conv(features, arguments.channels)

    def enlarged(self, lr: Tensor, scale: int) -> Tensor:
        entry, upsampler = self.entries[str(scale)], self.upsamplers[str(scale)]
        features = self.body(entry(self.head(self.range.inward(lr))))
        return self.range.outward(self.tail(upsampler(features)))


def _entry(features: int) -> nn.Sequential:
    """What one scale does to its LR images before the shared body."""
    return nn.Sequential(*(residual_block(features, 5) for _ in range(2)))


_SOURCE = "Lim et al., CVPR Workshops 2017, arXiv 1707.02921"

MDSR_ROW = Architecture(
    name="mdsr",
    arguments=MDSRArguments,
    build=MDSR,
    scales=(2, 3, 4),
    parameters=(7_953_987,),
    colour="rgb",
    summary="80 residual blocks shared by x2, x3 and x4",
    source=_SOURCE,
)
MDSR_BASELINE_ROW = Architecture(
    name="mdsr_baseline",
    arguments=MDSRBaselineArguments,
    build=MDSR,
    scales=(2, 3, 4),
    parameters=(3_227_203,),
    colour="rgb",
    summary="16 residual blocks shared by x2, x3 and x4",
    source=_SOURCE,
)
