"""JPEG with the quantisation tables of a named family."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import torch
from pydantic import Field

from degrade.functional import jpeg_tables
from degrade.functional.eight_bits import check_shape
from degrade.functional.jpeg_families import family_tables
from degrade.functional.libjpeg.codec import jpeg as libjpeg
from degrade.functional.libjpeg.sampling import LARGEST_SIDE, layout_of
from degrade.operators.base import Group, Image, Parameters
from degrade.operators.compression import layouts_of, relaxed_jpeg
from degrade.operators.ladders import together
from degrade.operators.row import Facts, Forms, Operator, Words

Family = Literal[
    "annex_k",
    "flat",
    "ms_ssim",
    "psnr_hvs",
    "robidoux",
    "klein",
    "watson",
    "ahumada",
    "peterson",
]


class JpegFamilyParameters(Parameters):
    """One JPEG round trip with the tables of a family."""

    family: Family = Field(description="whose quantisation tables; `annex_k` is what `jpeg` has")
    quality: int = Field(
        ge=1, le=100, description="scales the tables as libjpeg does; 50 takes them as they are"
    )
    subsampling: Literal["4:4:4", "4:4:0", "4:2:2", "4:2:0", "4:1:1"] = Field(
        default="4:2:0", description="chroma subsampling; without meaning for one channel"
    )


def jpeg_family(images: torch.Tensor, group: Group[JpegFamilyParameters]) -> torch.Tensor:
    """libjpeg's own integers as tensors, each sample with the tables of its own family and quality."""
    made = [family_tables(record.family, record.quality) for record in group.records]
    luma, chroma = (
        group.upload([tables[plane] for tables in made], torch.int64).view(-1, 8, 8)
        for plane in (0, 1)
    )
    return libjpeg(images, layouts_of(group), luma, chroma)


def single_jpeg_family(image: Image, record: JpegFamilyParameters, table: None) -> Image:
    """By Pillow's libjpeg; by the same integers as tensors where Pillow knows no such subsampling."""
    luma, chroma = family_tables(record.family, record.quality)
    if record.subsampling in jpeg_tables.SUBSAMPLINGS or image.shape[2] == 1:
        return jpeg_tables.jpeg_by_tables(image, luma, chroma, record.subsampling)
    check_shape(image.shape, "jpeg", LARGEST_SIDE)
    canvas = torch.from_numpy(np.ascontiguousarray(image.transpose(2, 0, 1)))[None]
    steps = (torch.tensor(each).view(1, 8, 8) for each in (luma, chroma))
    height, width, _ = image.shape
    made = libjpeg(canvas, [layout_of(height, width, record.subsampling)], *steps)
    return np.ascontiguousarray(made[0].permute(1, 2, 0).numpy())


def _words(record: JpegFamilyParameters) -> str:
    return f"JPEG {record.family} q{record.quality} {record.subsampling}"


def _strength(record: JpegFamilyParameters) -> dict[str, float]:
    luma, chroma = family_tables(record.family, record.quality)
    return {"luma_mean_step": sum(luma) / 64, "chroma_mean_step": sum(chroma) / 64}


JPEG_FAMILY = Operator(
    name="jpeg_family",
    version=1,
    parameters=JpegFamilyParameters,
    forms=Forms(kernel=jpeg_family, single=single_jpeg_family, surrogate=relaxed_jpeg),
    words=Words(
        phrase=_words,
        summary="JPEG with the quantisation tables of one of the nine families that mozjpeg knows.",
        formula="y = libjpeg-turbo decode(encode(rint(255 clip(x, 0, 1)), Q, subsampling)) / 255: integer "
        "DCT 8x8, rint(X / Q) Q, Q = min(255, max(1, (T s + 50) // 100)), T the family's tables, "
        "s = 5000 // quality below 50, else 200 - 2 quality",
        source="tables of mozjpeg (jcparam.c) after ITU-T T.81, Klein et al. 1992, Watson et al. 1997, Ahumada "
        "et al. 1993, Peterson et al. 1993, N. Robidoux; libjpeg-turbo as built into Pillow",
    ),
    facts=Facts(
        strength=_strength,
        border="replicate",
        channels=(1, 3),
        depth="8 bits",
        differentiable=False,
    ),
    ladder=together(
        family=("annex_k", "ms_ssim", "robidoux", "watson", "flat"),
        quality=(30,) * 5,
    ),
)

ROWS: tuple[Operator[Any], ...] = (JPEG_FAMILY,)
