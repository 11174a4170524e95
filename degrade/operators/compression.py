"""Lossy compression by JPEG."""

from __future__ import annotations

from typing import Any, Literal

import torch
from pydantic import Field

from degrade.functional import codec
from degrade.functional.libjpeg.codec import jpeg as libjpeg
from degrade.functional.libjpeg.quantise import tables_of
from degrade.functional.libjpeg.relaxed import relaxed
from degrade.functional.libjpeg.sampling import Layout, layout_of
from degrade.operators.base import Group, Image, Operator, Parameters


class JpegParameters(Parameters):
    """One JPEG round trip."""

    quality: int = Field(ge=1, le=100, description="libjpeg's quality, a whole number")
    subsampling: Literal["4:4:4", "4:4:0", "4:2:2", "4:2:0", "4:1:1"] = Field(
        default="4:2:0", description="chroma subsampling; without meaning for one channel"
    )


def layouts_of(group: Group[Any]) -> list[Layout]:
    """Where the chroma samples of records with a `subsampling` lie."""
    return [
        layout_of(*size, record.subsampling)
        for size, record in zip(group.sizes, group.records, strict=True)
    ]


def jpeg(images: torch.Tensor, group: Group[JpegParameters]) -> torch.Tensor:
    """libjpeg's own integers as tensors, each sample at its own quality and subsampling."""
    return libjpeg(images, layouts_of(group), *tables_of(group.integers("quality")))


def jpeg_on_gpu(images: torch.Tensor, group: Group[JpegParameters]) -> torch.Tensor:
    from degrade.functional.gpu.blocks import coded_planes

    return libjpeg(images, layouts_of(group), *tables_of(group.integers("quality")), coded_planes)


def relaxed_jpeg(images: torch.Tensor, group: Group[Any]) -> torch.Tensor:
    """The surrogate of records with a `subsampling`."""
    return relaxed(images, layouts_of(group))


def single_jpeg(image: Image, record: JpegParameters, table: None) -> Image:
    return codec.jpeg(image, record.quality, record.subsampling)


def _words(record: JpegParameters) -> str:
    return f"JPEG q{record.quality} {record.subsampling}"


JPEG = Operator(
    name="jpeg",
    version=1,
    parameters=JpegParameters,
    kernel=jpeg,
    device_kernel=jpeg_on_gpu,
    single=single_jpeg,
    words=_words,
    summary="JPEG by libjpeg-turbo, encoded and decoded again.",
    formula="y = libjpeg-turbo decode(encode(rint(255 clip(x, 0, 1)), quality, subsampling)) / 255: "
    "integer DCT 8x8, rint(X / Q) Q, tables Q of T.81 annex K scaled by quality, libjpeg's "
    "chroma filters",
    source="ITU-T T.81; libjpeg-turbo as built into OpenCV",
    border="replicate",
    channels=(1, 3),
    depth="8 bits",
    differentiable=False,
    surrogate=relaxed_jpeg,
)

ROWS: tuple[Operator[Any], ...] = (JPEG,)
