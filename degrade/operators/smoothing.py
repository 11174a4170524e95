"""Smoothing of screens, scanners and denoisers: box, median and bilateral."""

from __future__ import annotations

import math
from typing import Any, Literal

import cv2
import numpy as np
import torch
from pydantic import Field

from degrade.functional import filtering
from degrade.functional.filtering import Floats
from degrade.functional.smoothing import bilateral, box_reach, box_taps, median
from degrade.operators.base import Group, Image, Parameters
from degrade.operators.ladders import along
from degrade.operators.packed_neighbours import PACKED_BILATERAL
from degrade.operators.psf_blur import kernel_strength
from degrade.operators.row import Facts, Forms, Operator, Words, always

MEDIAN_SIZES = (3, 5, 7)
CV_LARGEST_MEDIAN = 5
"""OpenCV takes larger windows in 8 bits only."""
RANGE_DESCRIPTION = (
    "standard deviation of the colour weight on 0..255, of the sum of the channels' differences"
)


class BoxBlurParameters(Parameters):
    width: float = Field(
        ge=1.0,
        le=101.0,
        description="side of the square in pixels; odd is the moving mean, between them the ends weigh less",
    )


class MedianBlurParameters(Parameters):
    size: Literal[3, 5, 7] = Field(description="side of the window in pixels")


class BilateralBlurParameters(Parameters):
    radius: int = Field(ge=1, le=15, description="radius of the disk of neighbours, pixels")
    sigma_space: float = Field(
        ge=0.3, le=50.0, description="standard deviation of the distance weight, pixels"
    )
    sigma_range_255: float = Field(ge=1.0, le=1000.0, description=RANGE_DESCRIPTION)


def _taps(group: Group[BoxBlurParameters]) -> torch.Tensor:
    reach = max((box_reach(record.width) for record in group.records), default=0)
    return box_taps(group.floats("width"), 2 * reach + 1)


def box_blur(images: torch.Tensor, group: Group[BoxBlurParameters]) -> torch.Tensor:
    taps = _taps(group)
    out = filtering.correlate_separable(images, taps, taps, group.heights(), group.widths())
    return out.to(images.dtype)


def _box_tables(group: Group[BoxBlurParameters]) -> list[Floats]:
    return list(_taps(group).numpy())


def single_box_blur(image: Image, record: BoxBlurParameters, table: Floats) -> Image:
    wide = filtering.correlate_image_separable(image, table, table, wide=True)
    return np.ascontiguousarray(wide, np.float32)


def _box_strength(record: BoxBlurParameters) -> dict[str, float]:
    reach = box_reach(record.width)
    width = torch.tensor([record.width], dtype=torch.float64)
    taps = box_taps(width, 2 * reach + 1)[0].numpy()
    return kernel_strength(np.outer(taps, taps))


def median_blur(images: torch.Tensor, group: Group[MedianBlurParameters]) -> torch.Tensor:
    out = images
    for size in MEDIAN_SIZES:
        if any(record.size == size for record in group.records):
            chosen = group.equals("size", size).view(-1, 1, 1, 1)
            found = median(images, group.heights(), group.widths(), size)
            out = torch.where(chosen, found, out)
    return out


def single_median_blur(image: Image, record: MedianBlurParameters, table: None) -> Image:
    """OpenCV up to 5 x 5, plane by plane: it takes 1, 3 or 4 channels at once."""
    height, width, channels = image.shape
    if record.size > CV_LARGEST_MEDIAN:
        sides = torch.tensor([height]), torch.tensor([width])
        planes = torch.from_numpy(image).permute(2, 0, 1).unsqueeze(0)
        found = median(planes, *sides, record.size)[0].permute(1, 2, 0)
        return np.ascontiguousarray(found.numpy())
    out = np.empty_like(image)
    for channel in range(channels):
        out[..., channel] = cv2.medianBlur(
            np.ascontiguousarray(image[..., channel]), record.size
        ).reshape(height, width)
    return out


def bilateral_blur(images: torch.Tensor, group: Group[BilateralBlurParameters]) -> torch.Tensor:
    reach = max((record.radius for record in group.records), default=0)
    sigmas = group.floats("sigma_space"), group.floats("sigma_range_255") / 255.0
    sides = group.heights(), group.widths()
    return bilateral(images, *sides, group.integers("radius"), *sigmas, reach)


def _median_strength(record: MedianBlurParameters) -> dict[str, float]:
    """A median has no PSF; its sigma is that of the moving mean of its window."""
    return {"window_sigma": math.sqrt((record.size**2 - 1) / 12.0)}


def _bilateral_strength(record: BilateralBlurParameters) -> dict[str, float]:
    """Where colours agree it is the blur by the distance weight alone."""
    offsets = np.arange(-record.radius, record.radius + 1.0)
    square = offsets[:, None] ** 2 + offsets[None, :] ** 2
    kernel = np.exp(-square / (2.0 * record.sigma_space**2)) * (square <= record.radius**2)
    flat = kernel_strength(kernel / kernel.sum())
    return {f"flat_{name}": flat[name] for name in ("effective_sigma", "mtf50")}


def _box_words(record: BoxBlurParameters) -> str:
    return f"box {record.width:.3g} x {record.width:.3g} px"


def _median_words(record: MedianBlurParameters) -> str:
    return f"median {record.size} x {record.size} px"


def _bilateral_words(record: BilateralBlurParameters) -> str:
    return f"bilateral {record.sigma_space:.2g} px, {record.sigma_range_255:.3g}/255"


BOX_BLUR = Operator(
    name="box_blur",
    version=1,
    parameters=BoxBlurParameters,
    forms=Forms(kernel=box_blur, single=single_box_blur, tables=_box_tables),
    words=Words(
        phrase=_box_words,
        summary="Mean of a square of pixels, of any width.",
        formula="y = k * x, k(d) = b(d_y) b(d_x), b(i) = the part of pixel i within +-width / 2 px, / "
        "width",
        source="moving mean, pixels at the ends by the covered share",
    ),
    facts=Facts(strength=_box_strength, border="reflect101", optical=True, linear=always),
    ladder=along("width", 1.5, 2.0, 3.0, 5.0, 9.0),
)

MEDIAN_BLUR = Operator(
    name="median_blur",
    version=1,
    parameters=MedianBlurParameters,
    forms=Forms(kernel=median_blur, single=single_median_blur),
    words=Words(
        phrase=_median_words,
        summary="Median of a square of pixels, each channel by itself.",
        formula="y(p) = the median of x over the size x size pixels about p, per channel",
        source="Tukey 1977; equal to OpenCV's medianBlur",
    ),
    facts=Facts(strength=_median_strength, border="replicate"),
    ladder=along("size", 3, 5, 7),
)

BILATERAL_BLUR = Operator(
    name="bilateral_blur",
    version=1,
    parameters=BilateralBlurParameters,
    forms=Forms(kernel=bilateral_blur, packed=PACKED_BILATERAL),
    words=Words(
        phrase=_bilateral_words,
        summary="Smooth what differs little and keep the edges.",
        formula="y(p) = sum_d w(d) x(p + d) / sum_d w(d), |d| <= radius px, w = exp(-|d|**2 / (2 "
        "sigma_space**2) - e**2 / (2 (sigma_range_255 / 255)**2)), e = sum over channels of |x(p "
        "+ d) - x(p)|",
        source="Tomasi and Manduchi, ICCV 1998, with OpenCV's colour distance",
    ),
    facts=Facts(strength=_bilateral_strength, border="reflect101"),
    ladder=along("sigma_range_255", 10.0, 25.0, 50.0, 90.0, 150.0, radius=5, sigma_space=2.5),
)

ROWS: tuple[Operator[Any], ...] = (BOX_BLUR, MEDIAN_BLUR, BILATERAL_BLUR)
