"""ProSR: an asymmetric pyramid of dense blocks, grown one factor 2 at a time while it is trained."""

from __future__ import annotations

from typing import Literal

from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional

from realsr.models.base import Architecture, Arguments
from realsr.models.colour_range import ColourRange
from realsr.models.layers import Dense
from realsr.models.upsampling import enlarge, steps_of

Scale = Literal[2, 4, 8]


class ProSRArguments(Arguments):
    """ProSR: `units` has a row a level, in it the dense layers of every compression unit."""

    scale: Scale = Field(
        description="largest HR side / LR side; lower powers of 2 are reached on the way"
    )
    start: int = Field(default=160, ge=1, description="channels of the input convolution")
    growth: int = Field(default=40, ge=1, description="channels that a dense layer adds")
    bottleneck: int = Field(default=4, ge=1, description="1 x 1 width, as a multiple of growth")
    units: tuple[tuple[int, ...], ...] = ((8,) * 9, (8,) * 3, (8,))
    residual: float | None = Field(
        default=0.2,
        description="factor of a unit's result on its skip; None: units and levels without skips",
    )
    unit_compression: float = Field(
        default=0.4, gt=0, le=1, description="without skips: kept channels"
    )
    level_compression: float = Field(
        default=0.5, gt=0, le=1, description="without skips: kept channels"
    )
    widest: int = Field(default=312, ge=1, description="channels before the shuffle at most")

    @property
    def grows(self) -> bool:
        """Its newest level can be blended in (`forward(lr, scale, blend)`)."""
        return True


class ProSRSmallArguments(ProSRArguments):
    """The released option file of ProSR-s."""

    start: int = Field(default=24, ge=1, description="channels of the input convolution")
    growth: int = Field(default=12, ge=1, description="channels that a dense layer adds")
    units: tuple[tuple[int, ...], ...] = ((6,) * 4, (6,) * 2, (6,))
    residual: float | None = Field(
        default=None, description="factor of a unit's result on its skip; None: without skips"
    )


class CompressionUnit(nn.Module):
    """Dense layers and a 1 x 1 compression, with or without a skip round both."""

    def __init__(self, inputs: int, layers: int, outputs: int, a: ProSRArguments) -> None:
        super().__init__()
        self.residual = a.residual
        self.dense = Dense(*(_dense_layer(inputs + i * a.growth, a) for i in range(layers)))
        grown = inputs + layers * a.growth
        self.compress = _compression(grown, outputs) if outputs != grown else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        units: Tensor = self.compress(self.dense(x))
        return units if self.residual is None else x + self.residual * units


def _dense_layer(inputs: int, a: ProSRArguments) -> nn.Sequential:
    narrow = a.bottleneck * a.growth
    return nn.Sequential(
        nn.Conv2d(inputs, narrow, 1), nn.ReLU(inplace=True), Reflecting(narrow, a.growth)
    )


class Pyramid(nn.Module):
    """A level: compression units, a convolution, a factor 2; and the image that can be read there."""

    def __init__(self, inputs: int, first: bool, units: tuple[int, ...], a: ProSRArguments) -> None:
        super().__init__()
        self.skip = a.residual is not None
        body, width = _units(inputs, first, units, a)
        if width > a.widest:
            body.append(_compression(width, a.widest))
            width = a.widest
        self.body = nn.Sequential(*body, Reflecting(width, width))
        self.upsampler = nn.Sequential(Reflecting(width, 4 * width), nn.PixelShuffle(2), nn.ReLU())
        self.reconstruct = Reflecting(width, a.channels)
        self.width = width

    def forward(self, x: Tensor) -> Tensor:
        deep = self.body(x) + x if self.skip else self.body(x)
        upsampled: Tensor = self.upsampler(deep)
        return upsampled


def _units(
    inputs: int, first: bool, units: tuple[int, ...], a: ProSRArguments
) -> tuple[list[nn.Module], int]:
    """A level's units and the channels behind them; deeper levels compress what they receive."""
    layers: list[nn.Module] = []
    width = inputs
    if not first:
        width = a.start if a.residual is not None else int(a.level_compression * inputs)
        layers.append(_compression(inputs, width))
    for index, count in enumerate(units, start=1):
        outputs = _unit_width(width, count, a, last=index == len(units))
        layers.append(CompressionUnit(width, count, outputs, a))
        width = outputs
    return layers, width


def _unit_width(inputs: int, layers: int, a: ProSRArguments, *, last: bool) -> int:
    if a.residual is not None:
        return inputs
    grown = inputs + layers * a.growth
    return grown if last else int(a.unit_compression * grown)


class Reflecting(nn.Conv2d):
    """A 3 x 3 convolution with reflection padding; one pixel, which has none, is repeated."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(inputs, outputs, 3)

    def forward(self, x: Tensor) -> Tensor:
        mode = "reflect" if min(x.shape[-2:]) > 1 else "replicate"
        return super().forward(functional.pad(x, (1, 1, 1, 1), mode=mode))


def _compression(inputs: int, outputs: int) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, 1, bias=False)


class ProSR(nn.Module):
    """Every scale has an input convolution of its own; the levels are common.

    Its residual over bicubic enlargement is computed on 0..255 with DIV2K's mean subtracted. Reflection padding
    asks for an LR of at least 2 x 2 pixels.
    """

    def __init__(self, arguments: ProSRArguments) -> None:
        super().__init__()
        self.scale: int = arguments.scale
        levels = len(steps_of(arguments.scale))
        if len(arguments.units) < levels:
            raise ValueError(
                f"units has {len(arguments.units)} rows; x{arguments.scale} needs {levels}, one a level"
            )
        self.colours = ColourRange(arguments.channels, full=255.0)
        self.heads = nn.ModuleList(
            Reflecting(arguments.channels, arguments.start) for _ in range(levels)
        )
        self.pyramids = nn.ModuleList(_pyramids(arguments, levels))

    def forward(self, lr: Tensor, scale: int | None = None, blend: float = 1.0) -> Tensor:
        """`b c h w` to `b c scale*h scale*w`.

        scale: a lower power of 2 than the network's, for the curriculum; by default the network's.
        blend: share of the newest level, 0..1, against the level below it enlarged bilinearly; training
        raises it from 0 to 1 after a level has joined (section 3.3 of the paper).
        """
        scale = self.scale if scale is None else scale
        residuals = self._residuals(lr, scale, down_to=scale if blend == 1.0 else scale // 2)
        return enlarge(lr, scale) + _blended(residuals, blend)

    def outputs(
        self, lr: Tensor, scale: int | None = None, blend: float = 1.0
    ) -> tuple[Tensor, ...]:
        """`b c h w` to images of 2, 4, ..., `scale` times its size in one pass; the last is `forward`'s."""
        residuals = self._residuals(lr, self.scale if scale is None else scale, down_to=2)
        residuals[-1] = _blended(residuals, blend)
        return tuple(
            enlarge(lr, 2**level) + residual for level, residual in enumerate(residuals, start=1)
        )

    def _residuals(self, lr: Tensor, scale: int, down_to: int) -> list[Tensor]:
        """Residuals of the levels from factor `down_to` up to `scale`."""
        levels = self._levels(scale)
        features = self.heads[levels - 1](self.colours.inward(lr))
        residuals = []
        for level, pyramid in enumerate(list(self.pyramids)[:levels], start=1):
            features = pyramid(features)
            if 2**level >= down_to:
                residuals.append(pyramid.get_submodule("reconstruct")(features) / self.colours.full)
        return residuals

    def _levels(self, scale: int) -> int:
        possible = [2 ** (level + 1) for level in range(len(self.pyramids))]
        if scale not in possible:
            raise ValueError(f"scale {scale}: this network reaches {possible}")
        return possible.index(scale) + 1


def _blended(residuals: list[Tensor], blend: float) -> Tensor:
    """The newest level's residual, with its share against the level below."""
    newest = residuals[-1]
    if blend == 1.0 or len(residuals) < 2:
        return newest
    below = functional.interpolate(residuals[-2], newest.shape[-2:], mode="bilinear")
    return blend * newest + (1.0 - blend) * below


def _pyramids(arguments: ProSRArguments, levels: int) -> list[Pyramid]:
    pyramids: list[Pyramid] = []
    width = arguments.start
    for units in arguments.units[:levels]:
        pyramids.append(Pyramid(width, not pyramids, units, arguments))
        width = pyramids[-1].width
    return pyramids


PROSR_L_ROW = Architecture(
    name="prosr_l",
    arguments=ProSRArguments,
    build=ProSR,
    scales=(2, 4, 8),
    parameters=(9_470_403, 13_427_206, 15_537_609),
    colour="rgb",
    summary="asymmetric pyramid of residual dense compression units, trained by a curriculum of scales",
    source="Wang et al., CVPRW 2018; widths of the authors' released options",
)
PROSR_S_ROW = Architecture(
    name="prosr_s",
    arguments=ProSRSmallArguments,
    build=ProSR,
    scales=(2, 4, 8),
    parameters=(849_047, 1_671_560, 2_550_191),
    colour="rgb",
    summary="ProSR's small form: narrow dense units without skips",
    source="Wang et al., CVPRW 2018; the authors' released options, "
    "which give fewer parameters than the paper's 3.1 M",
)
