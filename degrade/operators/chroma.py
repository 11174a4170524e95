"""Chroma subsampling without a codec round it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import torch
from pydantic import Field

from degrade.functional.chroma import LAYOUTS, LUMA_WEIGHTS, ChromaAxis, line, subsample
from degrade.operators.base import Group, Parameters, column
from degrade.operators.ladders import BADGE, along
from degrade.operators.packed_chroma import SUBSAMPLED
from degrade.operators.row import Facts, Forms, Operator, Words, always


class ChromaSubsamplingParameters(Parameters):
    """How chroma loses samples and gets them back."""

    layout: Literal["4:4:4", "4:4:0", "4:2:2", "4:2:0", "4:1:1", "4:1:0"] = Field(
        description="luma pixels per chroma sample, down x across: 1x1, 2x1, 1x2, 2x2, 1x4, 2x4"
    )
    matrix: Literal["bt601", "bt709", "bt2020"] = Field(
        default="bt601", description="weights of luma, on gamma-encoded RGB at full range"
    )
    down: Literal["box", "bilinear"] = Field(
        default="box", description="box: mean of a block; bilinear: triangle of twice its width"
    )
    up: Literal["nearest", "bilinear"] = Field(
        default="bilinear", description="back to full size: repeated or interpolated"
    )


def chroma_subsampling(
    images: torch.Tensor, group: Group[ChromaSubsamplingParameters]
) -> torch.Tensor:
    """Chroma down and up, centred on its luma pixels; one channel has no chroma and stays."""
    if images.shape[1] == 1:
        return images.clone()
    weights = [LUMA_WEIGHTS[record.matrix] for record in group.records]
    red, blue = (
        column(group.upload([weight[place] for weight in weights], torch.float64), images)
        for place in (0, 1)
    )
    return subsample(images, _line(group, 0), _line(group, 1), red, blue)


def _line(group: Group[ChromaSubsamplingParameters], axis: int) -> ChromaAxis:
    return line(
        [size[axis] for size in group.sizes],
        [LAYOUTS[record.layout][axis] for record in group.records],
        [record.down == "box" for record in group.records],
        [record.up == "bilinear" for record in group.records],
        group.device,
    )


def _words(record: ChromaSubsamplingParameters) -> str:
    return f"chroma {record.layout} {record.matrix}, {record.down} down, {record.up} up"


def _strength(record: ChromaSubsamplingParameters) -> dict[str, float]:
    down, across = LAYOUTS[record.layout]
    return {"luma_pixels_per_chroma_sample": float(down * across)}


CHROMA_SUBSAMPLING = Operator(
    name="chroma_subsampling",
    version=1,
    parameters=ChromaSubsamplingParameters,
    forms=Forms(kernel=chroma_subsampling, packed=SUBSAMPLED),
    words=Words(
        phrase=_words,
        summary="Chroma at fewer samples, centred on its luma pixels; luma stays.",
        formula="y = T**-1(Y, U D Cb, U D Cr), T: full-range YCbCr of `matrix`, D: mean of each block of "
        "`layout`, or the triangle of twice its width, U: repeats or bilinear, both centred on "
        "the block",
        source="ITU-R BT.601, BT.709, BT.2020 for the matrices; siting as in ITU-T T.871 (JFIF)",
    ),
    facts=Facts(strength=_strength, border="replicate", channels=(1, 3), linear=always),
    ladder=replace(
        along("layout", "4:4:4", "4:2:2", "4:2:0", "4:1:1", "4:1:0", view=48, up="nearest"),
        centre=BADGE,
    ),
)

ROWS: tuple[Operator[Any], ...] = (CHROMA_SUBSAMPLING,)
