"""Noise of a camera's sensor: shot and read noise, and banding of rows and columns."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
import torch
from pydantic import Field

from degrade.address import split_noise_key
from degrade.functional.noise import normal_image
from degrade.geometry import Size
from degrade.operators.base import Group, Image, NoiseKey, Parameters, column
from degrade.operators.ladders import LOG_READ, LOG_SHOT, together
from degrade.operators.packed_noise import PACKED_SHOT_READ
from degrade.operators.random_fields import (
    FieldParameters,
    Fields,
    law_forms,
)
from degrade.operators.row import Facts, Operator, Words

MID_GREY = 128 / 255
STRIP = 16384
"""Values that the fast form works on at once: 200 kB of buffers."""


class ShotReadNoiseParameters(Parameters):
    """Normal noise whose variance is signal * shot + read, all on 0..1.

    Brooks et al. draw log_shot uniformly from log 1e-4 to log 0.012, and log_read as
    2.18 log_shot + 1.20 + N(0, 0.26), on linear raw values.
    """

    log_shot: float = Field(
        ge=-30.0, le=0.0, description="natural logarithm of shot, the variance per unit of signal"
    )
    log_read: float = Field(
        ge=-30.0, le=0.0, description="natural logarithm of read, the variance at black"
    )
    key: NoiseKey


ShotRead = TypeVar("ShotRead", bound=ShotReadNoiseParameters)


class RowColumnNoiseParameters(FieldParameters):
    """Banding: one normal number for each row and one for each column."""

    row_sigma_255: float = Field(
        default=0.0, ge=0.0, le=255.0, description="standard deviation of rows on 0..255"
    )
    column_sigma_255: float = Field(
        default=0.0, ge=0.0, le=255.0, description="standard deviation of columns on 0..255"
    )


def shot_read_sigma(images: torch.Tensor, group: Group[ShotRead]) -> torch.Tensor:
    """sqrt(max(images, 0) * shot + read) in the images' type: the law of a sensor's noise."""
    shot, read = (
        group.upload([math.exp(getattr(record, name)) for record in group.records], torch.float64)
        for name in ("log_shot", "log_read")
    )
    variance = images.to(torch.float64).clamp(min=0.0) * shot.view(-1, 1, 1, 1)
    return torch.sqrt(variance + read.view(-1, 1, 1, 1)).to(images.dtype)


def shot_read_law(
    images: torch.Tensor, group: Group[ShotReadNoiseParameters], fields: Fields
) -> torch.Tensor:
    """images + sigma * unit normals, each channel by itself."""
    return images + shot_read_sigma(images, group) * fields.normals(0)


def _shot_read_single(image: Image, record: ShotReadNoiseParameters, table: None) -> Image:
    """The law to the bit, strip by strip: whole images of float64 would cost more than the arithmetic."""
    noise = normal_image(split_noise_key(record.key), image.shape[2], *image.shape[:2])
    shot, read = math.exp(record.log_shot), math.exp(record.log_read)
    values, out = np.ascontiguousarray(image).ravel(), noise.ravel()
    wide, sigma = np.empty(STRIP, np.float64), np.empty(STRIP, np.float32)
    for start in range(0, values.size, STRIP):
        own = values[start : start + STRIP]
        variance, root = wide[: own.size], sigma[: own.size]
        np.maximum(own, 0.0, out=variance)
        variance *= shot
        variance += read
        np.sqrt(variance, out=root, casting="same_kind")
        part = out[start : start + STRIP]
        part *= root
        part += own
    return noise


def row_column_law(
    images: torch.Tensor, group: Group[RowColumnNoiseParameters], fields: Fields
) -> torch.Tensor:
    """images + a normal number of the row + one of the column."""
    height, width = images.shape[2:]
    rows = fields.normals(0, [Size(size.height, 1) for size in group.sizes], Size(height, 1))
    columns = fields.normals(1, [Size(1, size.width) for size in group.sizes], Size(1, width))
    row_sigma, column_sigma = (
        column(group.floats(name) / 255.0, images) for name in ("row_sigma_255", "column_sigma_255")
    )
    return images + (row_sigma * rows + column_sigma * columns)


def _shot_read_words(record: ShotReadNoiseParameters) -> str:
    shot, read = math.exp(record.log_shot), math.exp(record.log_read)
    return f"shot noise {shot:.2g}, read noise {read:.2g}"


def _shot_read_strength(record: ShotReadNoiseParameters) -> dict[str, float]:
    shot, read = math.exp(record.log_shot), math.exp(record.log_read)
    return {
        "mid_grey_noise_sigma_255": 255.0 * math.sqrt(MID_GREY * shot + read),
        "black_noise_sigma_255": 255.0 * math.sqrt(read),
    }


def _row_column_words(record: RowColumnNoiseParameters) -> str:
    grey = ", grey" if record.grey else ""
    return f"banding {record.row_sigma_255:.3g}/255 rows, {record.column_sigma_255:.3g}/255 columns{grey}"


def _row_column_strength(record: RowColumnNoiseParameters) -> dict[str, float]:
    sigma = math.hypot(record.row_sigma_255, record.column_sigma_255)
    return {"mid_grey_noise_sigma_255": sigma}


SHOT_READ_NOISE = Operator(
    name="shot_read_noise",
    version=1,
    parameters=ShotReadNoiseParameters,
    forms=replace(law_forms(shot_read_law, packed=PACKED_SHOT_READ), single=_shot_read_single),
    words=Words(
        phrase=_shot_read_words,
        summary="Add normal noise whose variance is affine in the signal.",
        formula="y = x + n, n ~ N(0, max(x, 0) exp(log_shot) + exp(log_read)) per value, on 0..1",
        source="Brooks et al., Unprocessing Images for Learned Raw Denoising, 2019, equation 2",
    ),
    facts=Facts(strength=_shot_read_strength),
    ladder=together(log_shot=LOG_SHOT, log_read=LOG_READ),
)

ROW_COLUMN_NOISE = Operator(
    name="row_column_noise",
    version=1,
    parameters=RowColumnNoiseParameters,
    forms=law_forms(row_column_law),
    words=Words(
        phrase=_row_column_words,
        summary="Add a number to each row and to each column.",
        formula="y(i, j) = x(i, j) + a(i) + b(j), a ~ N(0, (row_sigma_255 / 255)**2) per row, b ~ N(0, "
        "(column_sigma_255 / 255)**2) per column",
        source="Wei et al., A Physics-Based Noise Formation Model for Extreme Low-Light Raw Denoising, "
        "2020: rows",
    ),
    facts=Facts(strength=_row_column_strength),
    ladder=together(
        row_sigma_255=(1.0, 3.0, 6.0, 10.0, 18.0), column_sigma_255=(0.0, 1.0, 2.0, 4.0, 6.0)
    ),
)

ROWS: tuple[Operator[Any], ...] = (SHOT_READ_NOISE, ROW_COLUMN_NOISE)
