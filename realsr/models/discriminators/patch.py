"""PatchGAN: every logit judges one patch, of 70 x 70 pixels by default."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import Field
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from realsr.models.discriminators.base import Discriminator, DiscriminatorArguments, Judged, walk

Norm = Literal["batch", "spectral", "none"]


class PatchArguments(DiscriminatorArguments):
    """layers=3 sees 70 x 70 pixels, 2 sees 34 x 34, 4 sees 142 x 142."""

    norm: Norm = Field(default="batch", description="the paper's is batch")
    layers: int = Field(default=3, ge=1, description="convolutions of stride 2")
    features: int = Field(default=64, ge=1, description="channels of the first one")


class Patch(Discriminator):
    """Isola et al., pix2pix, CVPR 2017: `b 1 h' w'`."""

    def __init__(self, arguments: PatchArguments) -> None:
        super().__init__(arguments)
        self.blocks = nn.Sequential(*_blocks(arguments))
        self.last: nn.Module = nn.Conv2d(_width(arguments, arguments.layers), 1, 4, padding=1)
        if arguments.norm == "spectral":
            self.last = spectral_norm(self.last)

    def judge_joined(self, x: Tensor) -> Judged:
        features = walk(self.blocks, x)
        return Judged(self.last(features[-1]), features)


def _blocks(arguments: PatchArguments) -> Iterator[nn.Sequential]:
    inputs = arguments.inputs
    for index in range(arguments.layers + 1):
        width = _width(arguments, index)
        stride = 2 if index < arguments.layers else 1
        yield _block(inputs, width, stride, arguments.norm, first=index == 0)
        inputs = width


def _width(arguments: PatchArguments, index: int) -> int:
    return min(arguments.features << index, 8 * arguments.features)


def _block(inputs: int, width: int, stride: int, norm: Norm, *, first: bool) -> nn.Sequential:
    batch = norm == "batch" and not first
    layer: nn.Module = nn.Conv2d(inputs, width, 4, stride=stride, padding=1, bias=not batch)
    if norm == "spectral":
        layer = spectral_norm(layer)
    between = [nn.BatchNorm2d(width)] if batch else []
    return nn.Sequential(layer, *between, nn.LeakyReLU(0.2))
