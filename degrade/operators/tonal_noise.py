"""Noise limited to a range of tones."""

from __future__ import annotations

from typing import Any

import torch
from pydantic import Field, model_validator

from degrade.functional.color import luma
from degrade.operators.base import Group
from degrade.operators.ladders import together
from degrade.operators.random_fields import (
    FieldParameters,
    Fields,
    law_forms,
)
from degrade.operators.row import Facts, Operator, Words

MID_GREY = 128 / 255
LEAST_SOFTNESS = 2.0**-30
"""Stands for a softness of 0: no two float32 lumas in [0, 1] near an edge lie so close."""


class TonalNoiseParameters(FieldParameters):
    """Normal noise in full between two tones, in part near them, absent beyond."""

    sigma_255: float = Field(
        ge=0.0, le=255.0, description="standard deviation within the range, on 0..255"
    )
    low: float = Field(default=0.0, ge=0.0, le=1.0, description="darkest luma of full noise")
    high: float = Field(default=1.0, ge=0.0, le=1.0, description="brightest luma of full noise")
    softness: float = Field(
        default=0.1, ge=0.0, le=1.0, description="luma beyond either end over which it fades"
    )

    @model_validator(mode="after")
    def _ordered(self) -> TonalNoiseParameters:
        if self.low > self.high:
            raise ValueError(
                f"a tonal range from {self.low:g} to {self.high:g}: expected low at most high"
            )
        return self


def tonal_window(levels: torch.Tensor, low: Any, high: Any, softness: Any) -> torch.Tensor:
    """w(g): 1 from low to high, 3 t**2 - 2 t**3 over `softness` beyond them, 0 further out; float64."""
    wide = levels.to(torch.float64)
    below = ((wide - low) / softness + 1.0).clamp(0.0, 1.0)
    above = ((high - wide) / softness + 1.0).clamp(0.0, 1.0)
    t = torch.minimum(below, above)
    return t * t * (3.0 - 2.0 * t)


def tonal_law(
    images: torch.Tensor, group: Group[TonalNoiseParameters], fields: Fields
) -> torch.Tensor:
    """images + sigma_255 / 255 * w(g) * unit normals, g each pixel's BT.601 luma: at g the variance is
    (sigma_255 / 255)**2 w(g)**2. A gradient passes by the image alone, not by the window.
    """
    low, high, softness = (
        group.floats(name).view(-1, 1, 1, 1) for name in ("low", "high", "softness")
    )
    window = tonal_window(
        luma(images.detach().to(torch.float64)), low, high, softness.clamp(min=LEAST_SOFTNESS)
    )
    sigma = group.floats("sigma_255").view(-1, 1, 1, 1) / 255.0
    return images + (sigma * window).to(images.dtype) * fields.normals(0)


def _words(record: TonalNoiseParameters) -> str:
    grey = ", grey" if record.grey else ""
    return f"noise {record.sigma_255:.3g}/255 in tones {record.low:.2g} to {record.high:.2g}{grey}"


def _strength(record: TonalNoiseParameters) -> dict[str, float]:
    level = torch.tensor(MID_GREY, dtype=torch.float64)
    softness = max(record.softness, LEAST_SOFTNESS)
    window = float(tonal_window(level, record.low, record.high, softness))
    return {
        "mid_grey_noise_sigma_255": record.sigma_255 * window,
        "range_noise_sigma_255": record.sigma_255,
    }


TONAL_NOISE = Operator(
    name="tonal_noise",
    version=1,
    parameters=TonalNoiseParameters,
    forms=law_forms(tonal_law),
    words=Words(
        phrase=_words,
        summary="Add normal noise to a range of tones, with soft edges.",
        formula="y = x + w(g) n, n ~ N(0, (sigma_255 / 255)**2) per value, g the luma; w = 1 from low to "
        "high, beyond t**2 (3 - 2 t) with t falling from 1 to 0 over softness",
        source="definition",
    ),
    facts=Facts(strength=_strength, channels=(1, 3)),
    ladder=together(
        low=(0.0, 0.2, 0.4, 0.6, 0.8), high=(0.2, 0.4, 0.6, 0.8, 1.0), sigma_255=(25.0,) * 5
    ),
)

ROWS: tuple[Operator[Any], ...] = (TONAL_NOISE,)
