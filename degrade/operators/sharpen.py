"""Sharpening by an unsharp mask, as Real-ESRGAN applies it to its training targets."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from pydantic import Field

from degrade.functional.filtering import correlate_image_separable, correlate_separable
from degrade.functional.psf import gaussian_taps
from degrade.geometry import Placement
from degrade.operators.base import Group, Image, Operator, Parameters, column


class UsmParameters(Parameters):
    """The defaults are the published ones: 51 taps of sigma 8.0."""

    weight: float = Field(
        default=0.5, ge=0, le=10, description="share of the residual that is added"
    )
    radius: int = Field(
        default=50, ge=1, le=126, description="taps of the Gaussian; an even number gets one more"
    )
    sigma: float = Field(
        default=0.0,
        ge=0,
        le=100,
        description="standard deviation in pixels; 0 is 0.3 * ((taps - 1) / 2 - 1) + 0.8",
    )
    threshold: float = Field(
        default=10.0, ge=0, le=255, description="residual on 0..255 that must be passed"
    )

    @property
    def taps(self) -> int:
        return self.radius + (self.radius + 1) % 2

    @property
    def sigma_pixels(self) -> float:
        """The Gaussian's standard deviation after OpenCV's rule for sigma 0."""
        return self.sigma or 0.3 * ((self.taps - 1) * 0.5 - 1.0) + 0.8


def _kernel(images: torch.Tensor, group: Group[UsmParameters]) -> torch.Tensor:
    """Adds to each pixel its share of the residual from a Gaussian blur, where the residual is large.

    The choice of pixels is softened by the same Gaussian. The sharpened image is clipped to [0, 1] before it
    is mixed in, which is part of the published operator. In float64, so that the threshold falls alike in
    every form: one pixel chosen otherwise would move its neighbours by up to 5e-5.
    """
    canvas = max((record.taps for record in group.records), default=1)
    taps = gaussian_taps(group.integers("taps"), group.floats("sigma_pixels"), canvas)
    heights, widths = group.heights(), group.widths()
    wide = images.to(torch.float64)
    weight = column(group.floats("weight"), wide)
    threshold = column(group.floats("threshold"), wide)
    residual = wide - correlate_separable(wide, taps, taps, heights, widths)
    chosen = (residual.abs() > threshold / 255.0).to(torch.float64)
    share = correlate_separable(chosen, taps, taps, heights, widths)
    sharp = (wide + weight * residual).clamp(0.0, 1.0)
    return (share * sharp + (1.0 - share) * wide).to(images.dtype)


def _single(image: Image, record: UsmParameters, placement: Placement) -> Image:
    sizes = torch.tensor([record.taps])
    sigma = torch.tensor([record.sigma_pixels], dtype=torch.float64)
    taps = gaussian_taps(sizes, sigma, record.taps)[0].numpy()
    residual = image - correlate_image_separable(image, taps, taps, wide=True)
    chosen = (np.abs(residual) > record.threshold / 255.0).astype(np.float32)
    share = correlate_image_separable(chosen, taps, taps)
    step = residual.astype(np.float32)
    step *= np.float32(record.weight)
    step += image
    np.clip(step, 0.0, 1.0, out=step)
    step -= image
    step *= share
    step += image
    return step


def _words(record: UsmParameters) -> str:
    return f"sharpen {record.weight:.2g}, sigma {record.sigma_pixels:.2g} px"


def _strength(record: UsmParameters) -> dict[str, float]:
    return {"sharpen_weight": record.weight, "sharpen_sigma": record.sigma_pixels}


USM = Operator(
    name="usm",
    version=1,
    parameters=UsmParameters,
    kernel=_kernel,
    single=_single,
    words=_words,
    strength=_strength,
    summary="Unsharp mask with a threshold; clips what it sharpens to [0, 1].",
    source="Wang et al., Real-ESRGAN, ICCV Workshops 2021, its published usm_sharp",
    border="reflect101",
)

ROWS: tuple[Operator[Any], ...] = (USM,)
