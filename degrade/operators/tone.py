"""Tone and colour, pixel by pixel: levels, saturation, white balance and the sRGB transfer."""

from __future__ import annotations

from typing import Any

import torch
from pydantic import Field, model_validator

from degrade.functional.color import linear_to_srgb, luma, scale_light, srgb_to_linear
from degrade.operators.base import Group, Parameters, column
from degrade.operators.ladders import Ladder, along, together
from degrade.operators.row import Facts, Forms, Operator, Words, always

LEAST_RANGE = 0.02
"""Least distance of white from black: less would be a threshold and no levels."""


class LevelsParameters(Parameters):
    """Which input becomes black and which white, and the bend between them."""

    black: float = Field(
        default=0.0, ge=-1.0, le=1.0, description="value in 0..1 that becomes 0; below 0 it lifts"
    )
    white: float = Field(
        default=1.0, ge=0.0, le=2.0, description="value in 0..1 that becomes 1; above 1 it dims"
    )
    gamma: float = Field(
        default=1.0, ge=0.1, le=10.0, description="exponent 1 / gamma; above 1 the middle brightens"
    )

    @model_validator(mode="after")
    def _ordered(self) -> LevelsParameters:
        if self.white - self.black < LEAST_RANGE:
            raise ValueError(
                f"levels from {self.black:g} to {self.white:g}: expected white at least "
                f"{LEAST_RANGE:g} above black"
            )
        return self


class SaturationParameters(Parameters):
    """How far colours are moved from grey."""

    factor: float = Field(
        ge=0.0, le=8.0, description="0 is grey, 1 leaves the image, more is more colourful"
    )


class WhiteBalanceParameters(Parameters):
    """Gains of light; green is the reference."""

    red_gain: float = Field(ge=0.1, le=10.0, description="factor on red light")
    blue_gain: float = Field(ge=0.1, le=10.0, description="factor on blue light")


class TransferParameters(Parameters):
    """The sRGB transfer has no parameters."""


class SwapRedBlueParameters(Parameters):
    """The swap has no parameters."""


def levels(images: torch.Tensor, group: Group[LevelsParameters]) -> torch.Tensor:
    """sign(t) |t|**(1 / gamma) with t = (x - black) / (white - black): beyond the range nothing is clipped."""
    wide = images.to(torch.float64)
    black, white, gamma = (column(group.floats(f), wide) for f in ("black", "white", "gamma"))
    t = (wide - black) / (white - black)
    # The power's slope at 0 may be infinite; there it is taken at a distance that no 16-bit step reaches.
    bent = t.sign() * t.abs().clamp(min=1e-7) ** (1.0 / gamma)
    return torch.where(t.abs() < 1e-7, t, bent).to(images.dtype)


def saturation(images: torch.Tensor, group: Group[SaturationParameters]) -> torch.Tensor:
    """factor * x + (1 - factor) * luma: the luma stays."""
    if images.shape[1] == 1:
        return images.clone()
    wide = images.to(torch.float64)
    factor = column(group.floats("factor"), wide)
    return (factor * wide + (1.0 - factor) * luma(wide)).to(images.dtype)


def white_balance(images: torch.Tensor, group: Group[WhiteBalanceParameters]) -> torch.Tensor:
    """encode(gain * decode(x)) for red and blue, with the sRGB transfer."""
    if images.shape[1] == 1:
        return images.clone()
    red, blue = group.floats("red_gain"), group.floats("blue_gain")
    gains = torch.stack([red, torch.ones_like(red), blue], dim=1)
    return scale_light(images, gains.view(-1, 3, 1, 1))


def to_linear(images: torch.Tensor, group: Group[TransferParameters]) -> torch.Tensor:
    return srgb_to_linear(images)


def to_srgb(images: torch.Tensor, group: Group[TransferParameters]) -> torch.Tensor:
    return linear_to_srgb(images)


def swap_red_blue(images: torch.Tensor, group: Group[SwapRedBlueParameters]) -> torch.Tensor:
    return images.flip(1) if images.shape[1] == 3 else images.clone()


def _levels_words(record: LevelsParameters) -> str:
    return f"levels {record.black:.2g}..{record.white:.2g}, gamma {record.gamma:.2g}"


def _balance_strength(record: WhiteBalanceParameters) -> dict[str, float]:
    return {"red_gain": record.red_gain, "blue_gain": record.blue_gain}


LEVELS = Operator(
    name="levels",
    version=1,
    parameters=LevelsParameters,
    forms=Forms(kernel=levels),
    words=Words(
        phrase=_levels_words,
        summary="Black point, white point and gamma.",
        formula="y = sign(t) |t|**(1 / gamma), t = (x - black) / (white - black)",
        source="ImageMagick -level, without its clipping",
    ),
    facts=Facts(strength=lambda record: {"contrast": 1.0 / (record.white - record.black)}),
    ladder=along("gamma", 0.9, 0.8, 0.65, 0.5, 0.4),
)

SATURATION = Operator(
    name="saturation",
    version=1,
    parameters=SaturationParameters,
    forms=Forms(kernel=saturation),
    words=Words(
        phrase=lambda record: f"saturation x {record.factor:.2g}",
        summary="Move colours from or to their own BT.601 luma; grey images stay.",
        formula="y = factor x + (1 - factor) (0.299 R + 0.587 G + 0.114 B)",
        source="Haeberli, Matrix Operations for Image Processing, 1993; Pillow's ImageEnhance.Color",
    ),
    facts=Facts[SaturationParameters](
        strength=lambda record: {"saturation": record.factor}, channels=(1, 3), linear=always
    ),
    ladder=along("factor", 0.8, 0.5, 0.2, 1.5, 2.2),
)

WHITE_BALANCE = Operator(
    name="white_balance",
    version=1,
    parameters=WhiteBalanceParameters,
    forms=Forms(kernel=white_balance),
    words=Words(
        phrase=lambda record: (
            f"white balance R x {record.red_gain:.2g}, B x {record.blue_gain:.2g}"
        ),
        summary="Gains on red and blue light, green the reference; grey images stay.",
        formula="y_c = encode(g_c decode(x_c)), g = (red_gain, 1, blue_gain)",
        source="von Kries 1902, diagonal in linear sRGB",
    ),
    facts=Facts(strength=_balance_strength, channels=(1, 3)),
    ladder=together(red_gain=(1.05, 1.1, 1.2, 1.35, 1.5), blue_gain=(0.97, 0.93, 0.86, 0.78, 0.7)),
)

TO_LINEAR = Operator(
    name="to_linear",
    version=1,
    parameters=TransferParameters,
    forms=Forms(kernel=to_linear),
    words=Words(
        phrase=lambda record: "to linear light",
        summary="sRGB values to linear light, every channel.",
        formula="y = x / 12.92 for x <= 0.04045, else ((x + 0.055) / 1.055)**2.4",
        source="IEC 61966-2-1:1999",
    ),
    ladder=Ladder(({},)),
)

TO_SRGB = Operator(
    name="to_srgb",
    version=1,
    parameters=TransferParameters,
    forms=Forms(kernel=to_srgb),
    words=Words(
        phrase=lambda record: "to sRGB",
        summary="Linear light to sRGB values, every channel.",
        formula="y = 12.92 x for x <= 0.0031308, else 1.055 x**(1 / 2.4) - 0.055",
        source="IEC 61966-2-1:1999",
    ),
    ladder=Ladder(({},)),
)

SWAP_RED_BLUE = Operator(
    name="swap_red_blue",
    version=1,
    parameters=SwapRedBlueParameters,
    forms=Forms(kernel=swap_red_blue),
    words=Words(
        phrase=lambda record: "red and blue swapped",
        summary="Exchange red and blue, as a codec sees them that is handed the wrong order; grey stays.",
        formula="(y_R, y_G, y_B) = (x_B, x_G, x_R)",
        source="OpenCV's BGR order",
    ),
    facts=Facts[SwapRedBlueParameters](channels=(1, 3), linear=always),
    ladder=Ladder(({},)),
)

ROWS: tuple[Operator[Any], ...] = (
    LEVELS,
    SATURATION,
    WHITE_BALANCE,
    TO_LINEAR,
    TO_SRGB,
    SWAP_RED_BLUE,
)
