"""Artefacts of processing and of cameras: banding, vignette, defects, blocks and thickened lines."""

from __future__ import annotations

import math
from typing import Any, Literal

import torch
from pydantic import Field

from degrade.functional.color import luma, scale_light
from degrade.functional.noise import uniforms
from degrade.functional.philox import field_index
from degrade.functional.resample import apply_taps
from degrade.functional.sampling import grid
from degrade.operators.base import Group, NoiseKey, Parameters, column
from degrade.operators.ladders import along
from degrade.operators.packed_neighbours import PACKED_LINES
from degrade.operators.row import Facts, Forms, Operator, Words, always
from degrade.operators.surrogates import unchanged


class BandingParameters(Parameters):
    """How few values are left."""

    levels: int = Field(ge=2, le=128, description="equally spaced values from 0 to 1")
    space: Literal["rgb", "luma"] = Field(
        default="rgb",
        description="rgb: each channel; luma: the BT.601 luma, whose step all channels take",
    )


class VignetteParameters(Parameters):
    """Loss of light towards the corners."""

    corner_gain: float = Field(
        ge=0.01, le=1.0, description="light at the corner pixels, as a share of the centre's"
    )


class DeadPixelsParameters(Parameters):
    """Defects of a sensor: places stuck at white or black."""

    share: float = Field(ge=0.0, le=1.0, description="probability that a place is stuck")
    hot: float = Field(default=0.5, ge=0.0, le=1.0, description="share of them stuck at white")
    per_channel: bool = Field(
        default=True, description="each channel by itself; otherwise all channels of a pixel"
    )
    key: NoiseKey


class PixelateParameters(Parameters):
    """Side of the blocks."""

    block: int = Field(
        ge=1, le=128, description="pixels; blocks start at the top left, the last may be cut"
    )


class LineThickeningParameters(Parameters):
    """How far lines grow."""

    radius: int = Field(ge=1, le=8, description="pixels on each side")
    shape: Literal["square", "cross"] = Field(
        default="cross", description="structuring element: 2 radius + 1 pixels square, or a plus"
    )
    grow: Literal["dark", "light"] = Field(
        default="dark", description="dark: erosion, dark lines grow; light: dilation, light ones do"
    )
    strength: float = Field(default=1.0, ge=0.0, le=1.0, description="share mixed into the image")


def banding(images: torch.Tensor, group: Group[BandingParameters]) -> torch.Tensor:
    """q(x) = rint(x (levels - 1)) / (levels - 1), halves to even; for luma y: x + q(y) - y."""
    steps = column(group.integers("levels") - 1, images)
    channels = torch.round(images * steps) / steps
    if images.shape[1] not in (1, 3) or all(record.space == "rgb" for record in group.records):
        return channels
    grey = luma(images)
    shifted = images + (torch.round(grey * steps) / steps - grey)
    return torch.where(group.equals("space", "luma").view(-1, 1, 1, 1), shifted, channels)


def vignette(images: torch.Tensor, group: Group[VignetteParameters]) -> torch.Tensor:
    """Light times (1 + k r**2)**-2, the cos**4 law; r is 1 at the corner pixels, where the gain is stated."""
    rows, columns = grid(images)
    middle_y = (column(group.heights(), rows) - 1.0) / 2.0
    middle_x = (column(group.widths(), rows) - 1.0) / 2.0
    corner = (middle_y**2 + middle_x**2).clamp(min=0.25)
    square = ((rows - middle_y) ** 2 + (columns - middle_x) ** 2) / corner
    fall = column(group.floats("corner_gain"), rows) ** -0.5 - 1.0
    return scale_light(images, (1.0 + fall * square) ** -2)


def dead_pixels(images: torch.Tensor, group: Group[DeadPixelsParameters]) -> torch.Tensor:
    """With u uniform at each place: 1 where u < share * hot, 0 where u is between that and share."""
    chance = _chances(images, group)
    share = group.floats("share").view(-1, 1, 1, 1)
    white = share * group.floats("hot").view(-1, 1, 1, 1)
    stuck = (chance < white).to(images.dtype)
    return torch.where(chance < share, stuck, images)


def _chances(images: torch.Tensor, group: Group[DeadPixelsParameters]) -> torch.Tensor:
    """Uniforms of every place, float64; one for all channels where they are stuck together."""
    depths = [images.shape[1] if record.per_channel else 1 for record in group.records]
    areas = [size.height * size.width for size in group.sizes]
    count = max(area * depth for area, depth in zip(areas, depths, strict=True))
    canvas = (max(depths), images.shape[2], images.shape[3])
    index = field_index(group.widths(), group.upload(depths, torch.int64), canvas, count)
    return uniforms(group.noise_keys(), index, count).to(torch.float64)


def pixelate(images: torch.Tensor, group: Group[PixelateParameters]) -> torch.Tensor:
    """The mean of each block at all of its pixels."""
    side = max(record.block for record in group.records)
    out = images.to(torch.float64)
    for dim, lengths in ((2, group.heights()), (3, group.widths())):
        least = min(record.block for record in group.records)
        index, weight = _block_taps(-(-images.shape[dim] // least), side, lengths, group)
        means = apply_taps(out, index, weight, dim)
        place = torch.arange(images.shape[dim], device=images.device)
        where = place // group.integers("block").view(-1, 1)
        view = (-1, 1, place.shape[0], 1) if dim == 2 else (-1, 1, 1, place.shape[0])
        shape = list(means.shape)
        shape[dim] = place.shape[0]
        out = means.gather(dim, where.view(view).expand(shape))
    return out.to(images.dtype)


def _block_taps(
    blocks: int, side: int, lengths: torch.Tensor, group: Group[PixelateParameters]
) -> tuple[torch.Tensor, torch.Tensor]:
    """Pixels of every block along one axis and their weights, (b, blocks, side)."""
    block = group.integers("block").view(-1, 1, 1)
    length = lengths.view(-1, 1, 1)
    step = torch.arange(side, device=lengths.device).view(1, 1, -1)
    index = torch.arange(blocks, device=lengths.device).view(1, -1, 1) * block + step
    inside = ((step < block) & (index < length)).to(torch.float64)
    start = index[..., :1]
    members = torch.minimum(block, length - start).clamp(min=1)
    return torch.minimum(index, length - 1), inside / members


def line_thickening(images: torch.Tensor, group: Group[LineThickeningParameters]) -> torch.Tensor:
    """Grey erosion, or dilation as the erosion of the negative; pixels beyond the border do not count."""
    sign = torch.where(group.equals("grow", "dark"), 1.0, -1.0)
    negative = images * column(sign, images)
    down = _least_along(negative, 2, group.heights(), group)
    right = _least_along(negative, 3, group.widths(), group)
    square = _least_along(down, 3, group.widths(), group)
    shape = group.equals("shape", "square").view(-1, 1, 1, 1)
    grown = torch.where(shape, square, torch.minimum(down, right)) * column(sign, images)
    share = column(group.floats("strength"), images)
    return (1.0 - share) * images + share * grown


def _least_along(
    images: torch.Tensor, dim: int, lengths: torch.Tensor, group: Group[LineThickeningParameters]
) -> torch.Tensor:
    """The least value within each sample's radius along one axis.

    A sample of a smaller radius reads its outermost neighbour again, and border pixels are repeated: neither
    changes a minimum.
    """
    place = torch.arange(images.shape[dim], device=images.device)
    view = (-1, 1, place.shape[0], 1) if dim == 2 else (-1, 1, 1, place.shape[0])
    radius = group.integers("radius").view(-1, 1)
    last, out = lengths.view(-1, 1) - 1, images
    for distance in range(1, max(record.radius for record in group.records) + 1):
        own = radius.clamp(max=distance)
        for index in (place - own, place + own):
            index = torch.minimum(index.clamp(min=0), last).view(view).expand(images.shape)
            out = torch.minimum(out, images.gather(dim, index))
    return out


def _dead_words(record: DeadPixelsParameters) -> str:
    return f"{100 * record.share:.3g} % dead pixels, {100 * record.hot:.3g} % of them hot"


def _line_words(record: LineThickeningParameters) -> str:
    grown = f"{record.grow} lines grown {record.radius} px"
    return f"{grown}, {record.shape}, mixed {record.strength:.2g}"


BANDING = Operator(
    name="banding",
    version=1,
    parameters=BandingParameters,
    forms=Forms(kernel=banding, surrogate=unchanged),
    words=Words(
        phrase=lambda record: f"banding, {record.levels} levels of {record.space}",
        summary="Posterise to few levels, channel by channel or in the luma alone.",
        formula="y = q(x), q(v) = rint(v (levels - 1)) / (levels - 1); `space: luma`: y = x + q(Y) - Y",
        source="definition: uniform quantiser without dither",
    ),
    facts=Facts(
        strength=lambda record: {"banding_step_255": 255.0 / (record.levels - 1)},
        channels=(1, 3),
        depth="`levels` values, of each channel or of the luma",
        differentiable=False,
    ),
    ladder=along("levels", 64, 32, 16, 8, 4),
)


VIGNETTE = Operator(
    name="vignette",
    version=1,
    parameters=VignetteParameters,
    forms=Forms(kernel=vignette),
    words=Words(
        phrase=lambda record: f"vignette, corners at {100 * record.corner_gain:.3g} % of the light",
        summary="Natural fall of light towards the corners, in linear light.",
        formula="y = encode(decode(x) / (1 + k r**2)**2), r = distance from the centre over that of a "
        "corner pixel, k = corner_gain**(-1/2) - 1",
        source="cos**4 law: Kingslake, Optical System Design, 1983",
    ),
    facts=Facts(strength=lambda record: {"corner_stops": -math.log2(record.corner_gain)}),
    ladder=along("corner_gain", 0.9, 0.75, 0.6, 0.4, 0.2, view=256),
)


DEAD_PIXELS = Operator(
    name="dead_pixels",
    version=1,
    parameters=DeadPixelsParameters,
    forms=Forms(kernel=dead_pixels),
    words=Words(
        phrase=_dead_words,
        summary="Single values, or whole pixels, stuck at white or black.",
        formula="y = 1 with probability share hot, 0 with probability share (1 - hot), else x; per "
        "value, or per pixel",
        source="definition: independent defects, Philox4x64-10 (Salmon et al. 2011)",
    ),
    facts=Facts(strength=lambda record: {"dead_share": record.share}),
    ladder=along("share", 0.001, 0.004, 0.01, 0.03, 0.1),
)


PIXELATE = Operator(
    name="pixelate",
    version=1,
    parameters=PixelateParameters,
    forms=Forms(kernel=pixelate),
    words=Words(
        phrase=lambda record: f"pixelated, blocks of {record.block} px",
        summary="Blocks replaced by their means; the size stays.",
        formula="y(p) = the mean of x over the block x block pixels that hold p",
        source="definition: block mean",
    ),
    facts=Facts[PixelateParameters](
        strength=lambda record: {"block_pixels": float(record.block)}, linear=always
    ),
    ladder=along("block", 2, 3, 4, 6, 10),
)


LINE_THICKENING = Operator(
    name="line_thickening",
    version=1,
    parameters=LineThickeningParameters,
    forms=Forms(kernel=line_thickening, packed=PACKED_LINES),
    words=Words(
        phrase=_line_words,
        summary="Grow dark or light lines by grey erosion or dilation.",
        formula="y = (1 - strength) x + strength min x(p + d) over the square or plus |d| <= radius px; "
        "`grow: light`: max",
        source="grey morphology: Serra, Image Analysis and Mathematical Morphology, 1982",
    ),
    facts=Facts(
        strength=lambda record: {"line_growth_pixels": record.radius * record.strength},
        border="ignored",
    ),
    ladder=along("strength", 0.2, 0.4, 0.6, 0.8, 1.0, radius=1),
)


ROWS: tuple[Operator[Any], ...] = (BANDING, VIGNETTE, DEAD_PIXELS, PIXELATE, LINE_THICKENING)
