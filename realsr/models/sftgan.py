"""SFT-GAN's generator: features scaled and shifted by what kind of texture stands where."""

from __future__ import annotations

from typing import Literal

from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional

from realsr.models.base import Architecture, Arguments
from realsr.models.layers import conv
from realsr.models.texture_prior import KINDS, texture_prior
from realsr.models.upsampling import sub_pixel


class SFTGANArguments(Arguments):
    """SFT-GAN: where its prior comes from, depth and widths."""

    prior: Literal["texture", "segmentation"] = Field(
        default="texture",
        description="without given maps: computed from the LR by local statistics, or refused",
    )
    classes: int = Field(default=8, ge=1, description="maps of the prior")
    blocks: int = Field(default=16, ge=1, description="residual blocks")
    features: int = Field(default=64, ge=1, description="channels of the body")
    conditions: int = Field(default=32, ge=1, description="channels of the shared condition")

    @property
    def map_classes(self) -> int:
        return self.classes

    @property
    def needs_maps(self) -> bool:
        return self.prior == "segmentation"


class SFT(nn.Module):
    """Spatial feature transform: x * (1 + scale) + shift, both from the condition by two 1 x 1 layers."""

    def __init__(self, features: int, conditions: int) -> None:
        super().__init__()
        self.scale = _pointwise(conditions, conditions, features)
        self.shift = _pointwise(conditions, conditions, features)

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        scale: Tensor = self.scale(condition)
        shift: Tensor = self.shift(condition)
        return x * (scale + 1.0) + shift


class SFTBlock(nn.Module):
    """Transform, convolution, ReLU, transform, convolution, skip."""

    def __init__(self, features: int, conditions: int) -> None:
        super().__init__()
        self.sft1 = SFT(features, conditions)
        self.conv1 = conv(features, features)
        self.sft2 = SFT(features, conditions)
        self.conv2 = conv(features, features)

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        inner = functional.relu(self.conv1(self.sft1(x, condition)))
        residual: Tensor = self.conv2(self.sft2(inner, condition))
        return x + residual


class SFTGAN(nn.Module):
    """A residual network at LR size whose every convolution sees the condition."""

    def __init__(self, arguments: SFTGANArguments) -> None:
        super().__init__()
        channels, features = arguments.channels, arguments.features
        if arguments.prior == "texture" and arguments.classes != len(KINDS):
            raise ValueError(
                f"classes {arguments.classes}: the texture prior has {len(KINDS)} maps; "
                "leave classes out or set prior='segmentation'"
            )
        self.arguments = arguments
        self.map_classes, self.needs_maps = arguments.map_classes, arguments.needs_maps
        self.condition = _condition(arguments)
        self.head = conv(channels, features)
        self.blocks = nn.ModuleList(
            SFTBlock(features, arguments.conditions) for _ in range(arguments.blocks)
        )
        self.last_sft = SFT(features, arguments.conditions)
        self.last_conv = conv(features, features)
        self.upsampler = sub_pixel(features, arguments.scale, nn.ReLU)
        self.tail = nn.Sequential(conv(features, features), nn.ReLU(), conv(features, channels))

    def forward(self, lr: Tensor, maps: Tensor | None = None) -> Tensor:
        """`b c h w` to `b c scale*h scale*w`.

        maps: `b classes scale*h scale*w`, probabilities of the classes at HR size (the paper's: background,
        sky, water, grass, mountain, building, plant, animal). Other maps for one LR give other textures.
        """
        condition = self.condition(self._maps(lr, maps))
        shallow = self.head(lr)
        x = shallow
        for block in self.blocks:
            x = block(x, condition)
        x = shallow + self.last_conv(self.last_sft(x, condition))
        sr: Tensor = self.tail(self.upsampler(x))
        return sr

    def _maps(self, lr: Tensor, maps: Tensor | None) -> Tensor:
        scale = self.arguments.scale
        batch, _, height, width = lr.shape
        expected = (batch, self.arguments.classes, scale * height, scale * width)
        if maps is None and self.arguments.prior == "texture":
            return texture_prior(lr, scale)
        if maps is None:
            raise ValueError(
                f"prior 'segmentation' needs class maps of shape {expected}: call it as network(lr, maps), "
                "or build it with prior='texture'"
            )
        if maps.shape != expected:
            raise ValueError(f"maps have shape {tuple(maps.shape)}; this LR needs {expected}")
        return maps


def _pointwise(inputs: int, hidden: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, hidden, 1), nn.LeakyReLU(0.1), nn.Conv2d(hidden, outputs, 1)
    )


def _condition(arguments: SFTGANArguments, width: int = 128) -> nn.Sequential:
    """From maps at HR size to the condition at LR size, once for all blocks."""
    scale = arguments.scale
    layers: list[nn.Module] = [nn.Conv2d(arguments.classes, width, scale, stride=scale)]
    for _ in range(3):
        layers += [nn.LeakyReLU(0.1), nn.Conv2d(width, width, 1)]
    return nn.Sequential(*layers, nn.LeakyReLU(0.1), nn.Conv2d(width, arguments.conditions, 1))


SFTGAN_ROW = Architecture(
    name="sftgan",
    arguments=SFTGANArguments,
    build=SFTGAN,
    scales=(4,),
    parameters=(1_833_763,),
    colour="rgb",
    summary="residual blocks modulated by class maps: given ones (segmentation) or texture of the LR",
    source="Wang et al., CVPR 2018, in the form of the authors' PyTorch code (scale + 1, sub-pixel); "
    "the texture prior is ours",
)
