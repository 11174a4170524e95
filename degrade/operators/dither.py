"""Dithering to few levels: ordered, and by error diffusion. Each channel by itself."""

from __future__ import annotations

from typing import Any, Literal

import torch
from pydantic import Field

from degrade.functional.dithering import Diffusion, diffuse, ordered
from degrade.operators.base import Group, Parameters
from degrade.operators.ladders import along
from degrade.operators.row import Facts, Forms, Operator, Words
from degrade.operators.surrogates import unchanged

LEVELS = Field(ge=2, le=256, description="equally spaced values from 0 to 1, both included")


class OrderedDitherParameters(Parameters):
    """Rounding up or down by a matrix of thresholds."""

    levels: int = LEVELS
    side: Literal[2, 4, 8] = Field(default=8, description="rows and columns of Bayer's matrix")


class ErrorDiffusionParameters(Parameters):
    """Rounding whose errors are spread over the pixels that follow."""

    levels: int = LEVELS
    method: Diffusion = Field(
        default="floyd_steinberg", description="to which pixels an error goes, and in what parts"
    )


def ordered_dither(images: torch.Tensor, group: Group[OrderedDitherParameters]) -> torch.Tensor:
    """See `degrade.functional.dithering.ordered`; the matrix starts at the sample's first pixel."""
    largest = max(record.side for record in group.records)
    return ordered(images, group.integers("levels") - 1, group.integers("side"), largest)


def error_diffusion(images: torch.Tensor, group: Group[ErrorDiffusionParameters]) -> torch.Tensor:
    """See `degrade.functional.dithering.diffuse`."""
    methods = [record.method for record in group.records]
    steps = group.integers("levels") - 1
    return diffuse(images, steps, methods, group.heights(), group.widths())


def _ordered_words(record: OrderedDitherParameters) -> str:
    return f"Bayer dither {record.side}x{record.side}, {record.levels} levels"


def _diffusion_words(record: ErrorDiffusionParameters) -> str:
    return f"{record.method.replace('_', ' ')} dither, {record.levels} levels"


ORDERED_DITHER = Operator(
    name="ordered_dither",
    version=1,
    parameters=OrderedDitherParameters,
    forms=Forms(kernel=ordered_dither, surrogate=unchanged),
    words=Words(
        phrase=_ordered_words,
        summary="Round to few levels by Bayer's matrix of thresholds.",
        formula="y = floor(x (levels - 1) + (B(i mod side, j mod side) + 1/2) / side**2) / (levels - 1), "
        "B: Bayer's matrix of 0..side**2 - 1",
        source="Bayer, An optimum method for two-level rendition of continuous-tone pictures, 1973",
    ),
    facts=Facts(depth="`levels` values", differentiable=False),
    ladder=along("levels", 32, 16, 8, 4, 2, side=8),
)

ERROR_DIFFUSION = Operator(
    name="error_diffusion",
    version=1,
    parameters=ErrorDiffusionParameters,
    forms=Forms(kernel=error_diffusion, surrogate=unchanged),
    words=Words(
        phrase=_diffusion_words,
        summary="Round to few levels and spread the errors over later pixels, row by row.",
        formula="y = round((x + e) (levels - 1)) / (levels - 1), to one of the two levels about x; e = "
        "sum over earlier pixels q of c(p - q) (x + e - y)(q), c: the parts of `method`",
        source="Floyd and Steinberg 1976; Jarvis, Judice and Ninke 1976; Stucki 1981; Burkes 1988; Sierra "
        "1989; Atkinson 1984",
    ),
    facts=Facts(depth="`levels` values", differentiable=False),
    ladder=along("levels", 32, 16, 8, 4, 2, method="floyd_steinberg"),
)

ROWS: tuple[Operator[Any], ...] = (ORDERED_DITHER, ERROR_DIFFUSION)
