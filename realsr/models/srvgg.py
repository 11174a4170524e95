"""SRVGG "compact": a plain chain of convolutions at LR size, Real-ESRGAN's small generator."""

from __future__ import annotations

from typing import Literal

from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional

from realsr.models.base import Architecture, Arguments
from realsr.models.layers import conv


class SRVGGArguments(Arguments):
    """SRVGG: depth, width, activation and the image that it corrects."""

    features: int = Field(default=64, ge=1, description="channels of the body")
    convolutions: int = Field(default=16, ge=0, description="between the first and the last")
    activation: Literal["prelu", "relu", "leakyrelu"] = "prelu"
    base: Literal["nearest", "bilinear"] = Field(
        default="nearest", description="enlargement of the LR to which the network adds"
    )


class SRVGG(nn.Module):
    """Everything is computed at LR size, then shuffled. Keys are BasicSR's (`body.N`)."""

    def __init__(self, arguments: SRVGGArguments) -> None:
        super().__init__()
        channels, features = arguments.channels, arguments.features
        self.scale = arguments.scale
        self.base = arguments.base
        layers: list[nn.Module] = []
        for inputs in (channels, *(features,) * arguments.convolutions):
            layers += [conv(inputs, features), _activation(arguments.activation, features)]
        self.body = nn.Sequential(*layers, conv(features, channels * self.scale**2))

    def forward(self, lr: Tensor) -> Tensor:
        """`b c h w` to `b c scale*h scale*w`."""
        return self.enlarged(self.body(lr), lr)

    def enlarged(self, residual: Tensor, lr: Tensor) -> Tensor:
        """The body's result, shuffled to HR size, over the enlarged LR."""
        base = functional.interpolate(lr, scale_factor=float(self.scale), mode=self.base)
        return functional.pixel_shuffle(residual, self.scale) + base


def _activation(name: str, features: int) -> nn.Module:
    if name == "prelu":
        return nn.PReLU(features)
    return nn.ReLU(inplace=True) if name == "relu" else nn.LeakyReLU(0.1, inplace=True)


SRVGG_ROW = Architecture(
    name="srvgg",
    arguments=SRVGGArguments,
    build=SRVGG,
    scales=(1, 2, 3, 4),
    parameters=(595_459, 600_652, 609_307, 621_424),
    colour="rgb",
    summary="convolutions and PReLU at LR size, one pixel shuffle, nearest skip; cheap and strong",
    source="Wang et al., Real-ESRGAN, ICCVW 2021: SRVGGNetCompact; structure and keys of BasicSR's",
)
