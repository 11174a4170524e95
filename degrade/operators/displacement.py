"""Parts of an image moved against one another: colour channels and interlaced fields.

Every operator here keeps something in place, which is the geometry that it declares.
"""

from __future__ import annotations

from typing import Any, Literal

import torch
from pydantic import Field

from degrade.functional.color import RGB_FROM_YCBCR, YCBCR_FROM_RGB, apply_matrix
from degrade.functional.sampling import grid, read_along
from degrade.operators.base import Group, Parameters, column
from degrade.operators.ladders import along, together
from degrade.operators.packed_displacement import PACKED_COMB, PACKED_MAGNIFIED, PACKED_SHIFT
from degrade.operators.row import Facts, Forms, Operator, Words, always

KEYS = "cubic convolution: Keys 1981, a = -1/2"


class ChannelShiftParameters(Parameters):
    """Where red and blue content goes; positive is to the right and down."""

    red_x: float = Field(ge=-32.0, le=32.0, description="shift of red, or Cr, in pixels")
    red_y: float = Field(ge=-32.0, le=32.0, description="shift of red, or Cr, in pixels")
    blue_x: float = Field(ge=-32.0, le=32.0, description="shift of blue, or Cb, in pixels")
    blue_y: float = Field(ge=-32.0, le=32.0, description="shift of blue, or Cb, in pixels")
    space: Literal["rgb", "ycbcr"] = Field(
        default="rgb", description="rgb: green stays; ycbcr: the BT.601 luma stays"
    )


class ChromaticAberrationParameters(Parameters):
    """Magnification of red and blue against green, about the image's centre."""

    red_scale: float = Field(ge=0.9, le=1.1, description="magnification of red; 1 leaves it")
    blue_scale: float = Field(ge=0.9, le=1.1, description="magnification of blue; 1 leaves it")


class InterlaceParameters(Parameters):
    """How far an object moved between the two fields of a frame."""

    comb: float = Field(
        ge=-64.0, le=64.0, description="pixels by which odd rows lie to the right of even rows"
    )


def _outer_channels(first: torch.Tensor, middle: float, last: torch.Tensor) -> torch.Tensor:
    """Values of red and of blue (b,) beside green's, as float64 (b, 3, 1, 1)."""
    return torch.stack([first, torch.full_like(first, middle), last], dim=1).view(-1, 3, 1, 1)


def _moved(images: torch.Tensor, group: Group[ChannelShiftParameters]) -> torch.Tensor:
    """A canvas b 3 H W with its first channel moved as red, its last as blue."""
    rows, columns = grid(images)
    down = _outer_channels(group.floats("red_y"), 0.0, group.floats("blue_y"))
    right = _outer_channels(group.floats("red_x"), 0.0, group.floats("blue_x"))
    out = read_along(images, 2, rows - down, group.heights())
    return read_along(out, 3, columns - right, group.widths())


def channel_shift(images: torch.Tensor, group: Group[ChannelShiftParameters]) -> torch.Tensor:
    """out_c(y, x) = in_c(y - shift_y, x - shift_x) for red and blue, or for Cr and Cb."""
    if images.shape[1] == 1:
        return images.clone()
    moved = _moved(images, group)
    if all(record.space == "rgb" for record in group.records):
        return moved
    luma, blue, red = apply_matrix(images.to(torch.float64), YCBCR_FROM_RGB).unbind(1)
    red, luma, blue = _moved(torch.stack([red, luma, blue], dim=1), group).unbind(1)
    mixed = apply_matrix(torch.stack([luma, blue, red], dim=1), RGB_FROM_YCBCR)
    differences = group.equals("space", "ycbcr").view(-1, 1, 1, 1)
    return torch.where(differences, mixed.to(images.dtype), moved)


def chromatic_aberration(
    images: torch.Tensor, group: Group[ChromaticAberrationParameters]
) -> torch.Tensor:
    """out_c(p) = in_c(m + (p - m) / scale_c), m the middle of the image; lateral colour of first order."""
    if images.shape[1] == 1:
        return images.clone()
    scale = _outer_channels(group.floats("red_scale"), 1.0, group.floats("blue_scale"))
    out, lengths = images, (group.heights(), group.widths())
    for dim, line, length in zip((2, 3), grid(images), lengths, strict=True):
        middle = (column(length, scale) - 1.0) / 2.0
        out = read_along(out, dim, middle + (line - middle) / scale, length)
    return out


def interlace(images: torch.Tensor, group: Group[InterlaceParameters]) -> torch.Tensor:
    """Even rows move left by comb / 2 and odd rows right by as much: a whole picture stays where it was."""
    rows, columns = grid(images)
    odd = torch.remainder(rows, 2.0) * 2.0 - 1.0
    half = group.floats("comb").view(-1, 1, 1, 1) / 2.0
    return read_along(images, 3, columns - odd * half, group.widths())


def _shift_words(record: ChannelShiftParameters) -> str:
    first, second = ("Cr", "Cb") if record.space == "ycbcr" else ("R", "B")
    red, blue = (record.red_x, record.red_y), (record.blue_x, record.blue_y)
    return f"{first} moved {red[0]:.2g}, {red[1]:.2g}; {second} {blue[0]:.2g}, {blue[1]:.2g} px"


def _shift_strength(record: ChannelShiftParameters) -> dict[str, float]:
    apart = (record.red_x - record.blue_x) ** 2 + (record.red_y - record.blue_y) ** 2
    return {"red_blue_distance_pixels": apart**0.5}


CHANNEL_SHIFT = Operator(
    name="channel_shift",
    version=1,
    parameters=ChannelShiftParameters,
    forms=Forms(kernel=channel_shift, packed=PACKED_SHIFT),
    words=Words(
        phrase=_shift_words,
        summary="Move red and blue, or Cr and Cb, by parts of a pixel; green, or the luma, stays.",
        formula="y_c(i, j) = x_c(i - s_y, j - s_x) px for c = R, B (or Cr, Cb), between pixels by Keys' "
        "cubic, a = -1/2; y_G = x_G (or the luma stays)",
        source=KEYS,
    ),
    facts=Facts(strength=_shift_strength, border="replicate", channels=(1, 3), linear=always),
    ladder=along("red_x", 0.5, 1.0, 2.0, 3.0, 5.0, red_y=0.5, blue_x=-1.0, blue_y=0.0),
)

CHROMATIC_ABERRATION = Operator(
    name="chromatic_aberration",
    version=1,
    parameters=ChromaticAberrationParameters,
    forms=Forms(kernel=chromatic_aberration, packed=PACKED_MAGNIFIED),
    words=Words(
        phrase=lambda record: (
            f"colour fringes R x {record.red_scale:.4g}, B x {record.blue_scale:.4g}"
        ),
        summary="Lateral colour: red and blue magnified about the centre; green stays.",
        formula="y_c(p) = x_c(m + (p - m) / s_c), s = (red_scale, 1, blue_scale), m the centre; Keys' "
        "cubic, a = -1/2",
        source=f"Born and Wolf, Principles of Optics, lateral colour of first order; {KEYS}",
    ),
    facts=Facts[ChromaticAberrationParameters](
        strength=lambda record: {"red_blue_magnification": record.red_scale / record.blue_scale},
        border="replicate",
        channels=(1, 3),
        linear=always,
    ),
    ladder=together(
        256, red_scale=(1.002, 1.005, 1.01, 1.02, 1.03), blue_scale=(0.998, 0.995, 0.99, 0.98, 0.97)
    ),
)

INTERLACE = Operator(
    name="interlace",
    version=1,
    parameters=InterlaceParameters,
    forms=Forms(kernel=interlace, packed=PACKED_COMB),
    words=Words(
        phrase=lambda record: f"interlaced, comb {record.comb:.3g} px",
        summary="Combing: odd rows to the right of even rows, about an unmoved mean.",
        formula="y(i, j) = x(i, j + comb / 2) on even rows i, x(i, j - comb / 2) on odd ones, px; Keys' "
        "cubic, a = -1/2",
        source=f"own model of two fields under uniform motion; {KEYS}",
    ),
    facts=Facts[InterlaceParameters](
        strength=lambda record: {"comb_pixels": abs(record.comb)}, border="replicate", linear=always
    ),
    ladder=along("comb", 0.5, 1.0, 2.0, 4.0, 8.0),
)

ROWS: tuple[Operator[Any], ...] = (CHANNEL_SHIFT, CHROMATIC_ABERRATION, INTERLACE)
