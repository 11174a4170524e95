"""The range and the steps of values: clamping and quantising."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
from pydantic import Field, model_validator

from degrade.operators.base import Group, Image, Parameters, column
from degrade.operators.ladders import along, together
from degrade.operators.row import Facts, Forms, Operator, Words
from degrade.operators.surrogates import unchanged


class ClampParameters(Parameters):
    """The range that values are brought into."""

    low: float = Field(default=0.0, description="least value")
    high: float = Field(default=1.0, description="greatest value")

    @model_validator(mode="after")
    def _ordered(self) -> ClampParameters:
        if self.low >= self.high:
            raise ValueError(f"clamp to [{self.low:g}, {self.high:g}]: expected low below high")
        return self


class QuantiseParameters(Parameters):
    """How many values [0, 1] is rounded to."""

    levels: int = Field(
        default=256, ge=2, le=65536, description="equally spaced values from 0 to 1, both included"
    )


def clamp(images: torch.Tensor, group: Group[ClampParameters]) -> torch.Tensor:
    """Values below low become low, values above high become high."""
    low, high = (column(group.floats(field), images) for field in ("low", "high"))
    return torch.minimum(torch.maximum(images, low), high)


def single_clamp(image: Image, record: ClampParameters, table: None) -> Image:
    return np.clip(image, np.float32(record.low), np.float32(record.high))


def quantise(images: torch.Tensor, group: Group[QuantiseParameters]) -> torch.Tensor:
    """rint(x (levels - 1)) / (levels - 1) in float32, halves to even; values beyond [0, 1] stay beyond.

    Each k / (levels - 1), rounded to float32, is a fixed point: an 8-bit image passes 256 levels unchanged.
    """
    steps = column(group.integers("levels") - 1, images)
    return torch.round(images * steps) / steps


def single_quantise(image: Image, record: QuantiseParameters, table: None) -> Image:
    steps = np.float32(record.levels - 1)
    rounded = image * steps
    np.rint(rounded, rounded)
    rounded /= steps
    return rounded


def _clamp_words(record: ClampParameters) -> str:
    return f"clamp to {record.low:g}..{record.high:g}"


def _quantise_words(record: QuantiseParameters) -> str:
    return f"round to {record.levels} levels"


CLAMP = Operator(
    name="clamp",
    version=1,
    parameters=ClampParameters,
    forms=Forms(
        kernel=clamp, finish=lambda record: (record.low, record.high, 0), single=single_clamp
    ),
    words=Words(
        phrase=_clamp_words,
        summary="Bring values into a range.",
        formula="y = min(max(x, low), high)",
        source="definition",
    ),
    facts=Facts(housekeeping=True),
    ladder=together(low=(0.0, 0.05, 0.1, 0.15, 0.2), high=(1.0, 0.95, 0.9, 0.85, 0.8)),
)

QUANTISE = Operator(
    name="quantise",
    version=1,
    parameters=QuantiseParameters,
    forms=Forms(
        kernel=quantise,
        finish=lambda record: (-math.inf, math.inf, record.levels - 1),
        single=single_quantise,
        surrogate=unchanged,
    ),
    words=Words(
        phrase=_quantise_words,
        summary="Round to equally spaced values, as 8-bit files do with 256.",
        formula="y = rint(x (levels - 1)) / (levels - 1), halves to even",
        source="definition",
    ),
    facts=Facts(depth="`levels` values", housekeeping=True, differentiable=False),
    ladder=along("levels", 256, 64, 16, 8, 4),
)

ROWS: tuple[Operator[Any], ...] = (CLAMP, QUANTISE)
