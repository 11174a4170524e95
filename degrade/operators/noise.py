"""Additive noise: Gaussian and Poisson, each field a function of its key and of the place in the sample."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal

import numpy as np
import torch
from pydantic import Field

from degrade.address import split_noise_key
from degrade.errors import ImageError
from degrade.functional.color import ROUNDED_BT601
from degrade.functional.eight_bits import eight_bit_levels
from degrade.functional.noise import normal_image
from degrade.functional.philox import word_image
from degrade.functional.poisson import (
    DISTINCT_COUNTS,
    LARGEST_COUNT,
    bank_noise,
    canvas_distinct,
    canvas_levels,
    image_distinct,
    poisson_bank,
    poisson_table,
    table_noise,
)
from degrade.operators.base import LEAST, Group, Image, NoiseKey, Parameters, column
from degrade.operators.ladders import SIGMAS, along
from degrade.operators.packed_noise import PACKED_NORMAL, packed_poisson
from degrade.operators.random_fields import CanvasFields
from degrade.operators.row import Facts, Forms, Operator, Words

MID_GREY = 128 / 255


class GaussianNoiseParameters(Parameters):
    """Independent normal noise."""

    sigma_255: float = Field(ge=0.0, le=255.0, description="standard deviation on 0..255")
    grey: bool = Field(default=False, description="one field shared by all channels")
    key: NoiseKey


class PoissonNoiseParameters(Parameters):
    """Shot noise: the difference of a Poisson number from its mean, which is `count` at white."""

    scale: float = Field(default=1.0, ge=0.0, le=1e6, description="factor on the noise")
    count: Annotated[float, Field(ge=LEAST, le=LARGEST_COUNT)] | Literal["distinct"] = Field(
        description="mean number of events at white; `distinct`: the next power of two of the number of "
        "distinct 8-bit levels in the image"
    )
    grey: bool = Field(default=False, description="the luma's noise, shared by all channels")
    key: NoiseKey


def gaussian_noise(images: torch.Tensor, group: Group[GaussianNoiseParameters]) -> torch.Tensor:
    """images + sigma_255 / 255 * unit normals; with grey all channels get a one-channel image's field."""
    field = CanvasFields(images, group).normals(stream=0)
    return images + column(group.floats("sigma_255") / 255.0, images) * field


def single_gaussian_noise(image: Image, record: GaussianNoiseParameters, table: None) -> Image:
    height, width, channels = image.shape
    fields = 1 if record.grey else channels
    noise = normal_image(split_noise_key(record.key), fields, height, width)
    noise *= np.float32(record.sigma_255 / 255.0)
    return _sum(image, noise)


def poisson_noise(images: torch.Tensor, group: Group[PoissonNoiseParameters]) -> torch.Tensor:
    """images + scale * (v - rate) / count, v Poisson of rate = count * level / 255.

    level = rint(255 x) of each value x clipped to [0, 1]. With grey it is the luma's level, and all channels
    get the same noise.
    """
    levels = canvas_levels(images)
    if any(record.grey for record in group.records):
        grey = group.equals("grey", True).view(-1, 1, 1, 1)
        levels = torch.where(grey, canvas_levels(_luma(images)), levels)
    words = CanvasFields(images, group).words(stream=0)
    counts, which = _counts(levels, group)
    noise = bank_noise(levels, words, poisson_bank(counts, images.device), which)
    return images + column(group.floats("scale"), images) * noise


def single_poisson_noise(image: Image, record: PoissonNoiseParameters, table: None) -> Image:
    height, width = image.shape[:2]
    levels = eight_bit_levels(_single_luma(image) if record.grey else image)
    words = word_image(split_noise_key(record.key), levels.shape[2], height, width)
    distinct = record.count == "distinct"
    count = DISTINCT_COUNTS[image_distinct(levels)] if distinct else float(record.count)
    noise = table_noise(levels, words, poisson_table(count))
    noise *= np.float32(record.scale)
    return _sum(image, noise)


def _sum(image: Image, noise: Image) -> Image:
    """image + noise, in the noise's memory where it has every channel."""
    if noise.shape == image.shape:
        return np.add(image, noise, out=noise)
    out = np.empty(image.shape, np.float32)
    # numpy broadcasts over a last axis of three in many short runs; a channel at a time takes half as long.
    for channel in range(image.shape[2]):
        np.add(image[..., channel], noise[..., 0], out[..., channel])
    return out


def _counts(
    levels: torch.Tensor, group: Group[PoissonNoiseParameters]
) -> tuple[list[float], torch.Tensor]:
    """The counts whose tables a launch needs, and each sample's place among them."""
    counts = [record.count for record in group.records]
    stated = sorted({float(count) for count in counts if count != "distinct"})
    places = [stated.index(float(count)) if count != "distinct" else 0 for count in counts]
    which = group.upload(places, torch.int64)
    if "distinct" not in counts:
        return stated, which
    found = canvas_distinct(levels, group.heights(), group.widths())
    which = torch.where(group.equals("count", "distinct"), found, which + len(DISTINCT_COUNTS))
    return [*DISTINCT_COUNTS, *stated], which


def _check_luma(channels: int) -> None:
    if channels not in (1, 3):
        raise ImageError(
            f"poisson_noise with grey: the luma of {channels} channels is not defined; expected 1 or 3 "
            "(red, green, blue); set grey to false"
        )


def _check_greys(group: Any, channels: int) -> None:
    if group.matches("grey", True).any():
        _check_luma(channels)


def _luma(images: torch.Tensor) -> torch.Tensor:
    _check_luma(images.shape[1])
    if images.shape[1] == 1:
        return images
    red, green, blue = (images[:, i : i + 1] * weight for i, weight in enumerate(ROUNDED_BT601))
    return red + green + blue


def _single_luma(image: Image) -> Image:
    _check_luma(image.shape[2])
    if image.shape[2] == 1:
        return image
    red, green, blue = (
        image[..., i : i + 1] * np.float32(weight) for i, weight in enumerate(ROUNDED_BT601)
    )
    luma: Image = red + green + blue
    return luma


def _gaussian_words(record: GaussianNoiseParameters) -> str:
    return f"Gaussian noise {record.sigma_255:.3g}/255{', grey' if record.grey else ''}"


def _poisson_words(record: PoissonNoiseParameters) -> str:
    count = record.count if record.count == "distinct" else f"{record.count:.4g}"
    return f"Poisson noise x {record.scale:.2g}, count {count}{', grey' if record.grey else ''}"


def _gaussian_strength(record: GaussianNoiseParameters) -> dict[str, float]:
    return {"mid_grey_noise_sigma_255": record.sigma_255}


def _poisson_strength(record: PoissonNoiseParameters) -> dict[str, float]:
    """Sigma at level 128; with `distinct`, which the image decides, its range from 256 levels to one."""
    sigma = 255.0 * record.scale * math.sqrt(MID_GREY)
    if record.count == "distinct":
        return {
            "mid_grey_noise_sigma_255_least": sigma / math.sqrt(DISTINCT_COUNTS[-1]),
            "mid_grey_noise_sigma_255_most": sigma / math.sqrt(DISTINCT_COUNTS[0]),
        }
    return {"mid_grey_noise_sigma_255": sigma / math.sqrt(float(record.count))}


GAUSSIAN_NOISE = Operator(
    name="gaussian_noise",
    version=1,
    parameters=GaussianNoiseParameters,
    forms=Forms(kernel=gaussian_noise, packed=PACKED_NORMAL, single=single_gaussian_noise),
    words=Words(
        phrase=_gaussian_words,
        summary="Add independent normal noise, per channel or shared.",
        formula="y = x + n, n ~ N(0, (sigma_255 / 255)**2) per value, with `grey` per pixel",
        source="Box and Muller 1958 on Philox4x64-10 (Salmon et al. 2011)",
    ),
    facts=Facts(strength=_gaussian_strength),
    ladder=along("sigma_255", *SIGMAS),
)

POISSON_NOISE = Operator(
    name="poisson_noise",
    version=1,
    parameters=PoissonNoiseParameters,
    forms=Forms(
        kernel=poisson_noise, packed=packed_poisson(_check_greys), single=single_poisson_noise
    ),
    words=Words(
        phrase=_poisson_words,
        summary="Add Poisson noise of a stated count, per channel or of the luma.",
        formula="y = x + scale (v - r) / count, v ~ Poisson(r), r = count rint(255 clip(x, 0, 1)) / 255 "
        "events; with `grey` of the luma, one v a pixel",
        source="Wang et al., Real-ESRGAN, 2021; alias tables: Walker 1977, Vose 1991",
    ),
    facts=Facts(strength=_poisson_strength),
    ladder=along("scale", 0.3, 0.7, 1.2, 2.0, 3.0, count=256),
)

ROWS: tuple[Operator[Any], ...] = (GAUSSIAN_NOISE, POISSON_NOISE)
