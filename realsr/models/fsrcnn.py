"""FSRCNN: SRCNN at LR size, shrunk to few channels, with one transposed convolution at the end."""

from __future__ import annotations

from pydantic import Field
from torch import Tensor, nn

from realsr.models.base import Architecture, LumaArguments
from realsr.models.initialisation import gaussian_, he_
from realsr.models.layers import conv
from realsr.models.upsampling import transposed


class FSRCNNArguments(LumaArguments):
    """FSRCNN(d, s, m) of the paper."""

    features: int = Field(default=56, ge=1, description="d: channels at both ends")
    shrunk: int = Field(default=12, ge=1, description="s: channels of the mapping")
    mappings: int = Field(default=4, ge=0, description="m: convolutions of the mapping")


class FSRCNNSmallArguments(FSRCNNArguments):
    """FSRCNN-s of the paper: real time on a CPU."""

    features: int = Field(default=32, ge=1, description="d: channels at both ends")
    shrunk: int = Field(default=5, ge=1, description="s: channels of the mapping")
    mappings: int = Field(default=1, ge=0, description="m: convolutions of the mapping")


class FSRCNN(nn.Module):
    """`body` does not know the scale: a net for another scale takes it over and trains `upsampler` alone.

    `body` starts from He's distribution, `upsampler` from N(0, 1e-3^2).
    """

    def __init__(self, arguments: FSRCNNArguments) -> None:
        super().__init__()
        features, shrunk = arguments.features, arguments.shrunk
        mapping = [_active(shrunk, shrunk, 3) for _ in range(arguments.mappings)]
        self.body = nn.Sequential(
            _active(arguments.channels, features, 5),
            _active(features, shrunk, 1),
            *mapping,
            _active(shrunk, features, 1),
        )
        self.upsampler = transposed(features, arguments.channels, arguments.scale, 9)
        he_(self.body)
        gaussian_(self.upsampler, 1e-3)

    def forward(self, lr: Tensor) -> Tensor:
        result: Tensor = self.upsampler(self.body(lr))
        return result


def _active(inputs: int, outputs: int, kernel: int) -> nn.Sequential:
    return nn.Sequential(conv(inputs, outputs, kernel), nn.PReLU(outputs))


_SOURCE = "Dong et al., ECCV 2016, arXiv 1608.00367"

FSRCNN_ROW = Architecture(
    name="fsrcnn",
    arguments=FSRCNNArguments,
    build=FSRCNN,
    scales=(2, 3, 4),
    parameters=(12_809,),
    colour="y",
    summary="shrink, map and expand at LR size, then one 9x9 transposed convolution",
    source=_SOURCE,
)
FSRCNN_S_ROW = Architecture(
    name="fsrcnn_s",
    arguments=FSRCNNSmallArguments,
    build=FSRCNN,
    scales=(2, 3, 4),
    parameters=(4_086,),
    colour="y",
    summary="FSRCNN with 4,086 parameters",
    source=_SOURCE,
)
