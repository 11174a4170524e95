"""Zoom blur: a lens zoomed during the exposure, about an unmoved picture."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
from pydantic import Field

from degrade.functional.filtering import Floats
from degrade.functional.mtf import mtf50
from degrade.functional.zoom import zoom
from degrade.operators.base import Group, Parameters
from degrade.operators.ladders import along
from degrade.operators.row import Facts, Forms, Operator, Words, always

DISTANCE = 100
"""Where the strength is told, in pixels from the centre: it grows with the distance."""


class ZoomBlurParameters(Parameters):
    most: float = Field(
        ge=1.0,
        le=1.5,
        description="largest magnification; the smallest is such that the mean position stays",
    )
    exposures: int = Field(
        default=15,
        ge=2,
        le=65,
        description="images in the mean; few show as ghosts where they lie more than a pixel apart",
    )


def _swing(record: ZoomBlurParameters) -> float:
    """How far the positions read swing, as a part of the distance from the centre."""
    return 1.0 - 1.0 / record.most


def zoom_blur(images: torch.Tensor, group: Group[ZoomBlurParameters]) -> torch.Tensor:
    swing = group.upload([_swing(record) for record in group.records], torch.float64)
    most = max((record.exposures for record in group.records), default=2)
    sides = group.heights(), group.widths()
    return zoom(images, swing, group.integers("exposures"), *sides, most)


def radial_psf(record: ZoomBlurParameters) -> Floats:
    """The PSF at `DISTANCE` as a row of a square kernel, each exposure shared by its two pixels."""
    reach = math.ceil(DISTANCE * _swing(record)) + 1
    kernel = np.zeros((2 * reach + 1, 2 * reach + 1))
    places = reach + DISTANCE * _swing(record) * np.linspace(-1.0, 1.0, record.exposures)
    first = np.floor(places).astype(np.int64)
    np.add.at(kernel[reach], first, 1.0 - (places - first))
    np.add.at(kernel[reach], first + 1, places - first)
    unit: Floats = kernel / kernel.sum()
    return unit


def _strength(record: ZoomBlurParameters) -> dict[str, float]:
    """Across the radius nothing is blurred."""
    spread = float(np.linspace(-1.0, 1.0, record.exposures).std())
    return {
        "radial_sigma_at_100_pixels": DISTANCE * _swing(record) * spread,
        "radial_mtf50_at_100_pixels": mtf50(radial_psf(record), 0.0),
    }


ZOOM_BLUR = Operator(
    name="zoom_blur",
    version=1,
    parameters=ZoomBlurParameters,
    forms=Forms(kernel=zoom_blur),
    words=Words(
        phrase=lambda record: f"zoom blur to x{record.most:.3g}, {record.exposures} exposures",
        summary="Mean of the image at magnifications about 1, its centre and its mean position unmoved.",
        formula="y(p) = the mean over `exposures` values a, evenly from 1 - w to 1 + w, of x(m + a (p - "
        "m)); w = 1 - 1 / most, m the centre; Keys' cubic, a = -1/2",
        source="after Hendrycks and Dietterich, ICLR 2019 (ImageNet-C), who enlarge only; Keys 1981, a = -1/2",
    ),
    facts=Facts(strength=_strength, border="replicate", optical=True, linear=always),
    ladder=along("most", 1.01, 1.02, 1.04, 1.08, 1.15, view=256),
)

ROWS: tuple[Operator[Any], ...] = (ZOOM_BLUR,)
