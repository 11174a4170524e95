"""Lossy compression by real codecs."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Literal

import numpy as np
import torch
from pydantic import Field

from degrade.functional import codec
from degrade.geometry import Size
from degrade.operators.base import Group, Image, Operator, Parameters

CODEC_THREADS = 16


class JpegParameters(Parameters):
    """One JPEG round trip."""

    quality: int = Field(ge=1, le=100, description="libjpeg's quality, a whole number")
    subsampling: Literal["4:4:4", "4:4:0", "4:2:2", "4:2:0", "4:1:1"] = Field(
        default="4:2:0", description="chroma subsampling; without meaning for one channel"
    )


def single_jpeg(image: Image, record: JpegParameters, table: None) -> Image:
    return codec.jpeg(image, record.quality, record.subsampling)


def jpeg(images: torch.Tensor, group: Group[JpegParameters]) -> torch.Tensor:
    """Each sample through libjpeg on the host, at its own size."""
    return host_codec(
        images,
        group.sizes,
        lambda index, image: single_jpeg(image, group.records[index], None),
    )


def host_codec(
    images: torch.Tensor, sizes: Sequence[Size], code: Callable[[int, Image], Image]
) -> torch.Tensor:
    """The one way off the device: code each sample's own area on the host, and bring the canvas back.

    code: (place in the batch, image h w c) -> image of the same shape. Beyond a sample's area the canvas
    keeps its values.
    """
    canvas = images.detach().cpu().permute(0, 2, 3, 1)
    canvas = canvas.clone(memory_format=torch.contiguous_format)

    def code_one(index: int) -> None:
        height, width = sizes[index]
        area = canvas[index, :height, :width].numpy()
        area[...] = code(index, np.ascontiguousarray(area))

    with ThreadPoolExecutor(min(CODEC_THREADS, os.cpu_count() or 1, max(1, len(sizes)))) as pool:
        list(pool.map(code_one, range(len(sizes))))
    return canvas.permute(0, 3, 1, 2).contiguous().to(images.device)


def _words(record: JpegParameters) -> str:
    return f"JPEG q{record.quality} {record.subsampling}"


JPEG = Operator(
    name="jpeg",
    version=1,
    parameters=JpegParameters,
    kernel=jpeg,
    single=single_jpeg,
    words=_words,
    summary="JPEG by libjpeg-turbo, encoded and decoded again.",
    source="ITU-T T.81; libjpeg-turbo as built into OpenCV",
    border="replicate",
    channels=(1, 3),
    on_host=True,
    differentiable=False,
)

ROWS: tuple[Operator[Any], ...] = (JPEG,)
