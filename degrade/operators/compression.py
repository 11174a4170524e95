"""Lossy compression by JPEG."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import torch
from pydantic import Field

from degrade.functional import codec
from degrade.functional.gpu.call import Call, Tables
from degrade.functional.libjpeg.codec import jpeg as libjpeg
from degrade.functional.libjpeg.dct import BLOCK
from degrade.functional.libjpeg.quantise import CHROMA_TABLE, LUMA_TABLE, percentage, tables_of
from degrade.functional.libjpeg.relaxed import relaxed
from degrade.functional.libjpeg.sampling import Layout, layout_columns, layout_of
from degrade.operators.base import Group, Image, Parameters
from degrade.operators.ladders import QUALITIES, along
from degrade.operators.packed import Batch, Form, Launch, Packed, Prepared
from degrade.operators.row import Facts, Forms, Operator, Words


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


def coded_values(layout: Layout, channels: int) -> int:
    """Values of an image's coded planes, in whole blocks."""

    def whole(height: int, width: int) -> int:
        return -(-height // BLOCK) * -(-width // BLOCK) * BLOCK * BLOCK

    chroma = 2 * whole(layout.rows, layout.columns) if channels > 1 else 0
    return whole(layout.height, layout.width) + chroma


def coding(layout: Layout, quality: int, channels: int, edges: tuple[int, int]) -> tuple[int, ...]:
    """What the GPU's codec has to know of a sample, and the values of its coded planes.

    layout: of what the codec sees, with `edges` rows and columns repeated before the image.
    """
    return (*layout[2:], percentage(quality), *edges, coded_values(layout, channels))


def _coding(group: Any, channels: int) -> npt.NDArray[np.int64]:
    """Rows of `coding`."""
    sides = group.sides()
    codes, texts = group.coded("subsampling")
    layouts = layout_columns(sides, codes, texts)
    coded = whole_blocks(sides) + (2 * whole_blocks(layouts[:, 2:4]) if channels > 1 else 0)
    scaling = _PERCENTAGES[group.numbers("quality").astype(np.int64)]
    edges = np.zeros((2, len(sides)), np.int64)
    return np.array([*layouts.T, scaling, *edges, coded], np.int64).T


_PERCENTAGES = np.array([0, *map(percentage, range(1, 101))], np.int64)


def whole_blocks(sides: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Values of planes in whole blocks, int64 (b,), of their heights and widths (b, 2)."""
    values: npt.NDArray[np.int64] = BLOCK * BLOCK * (-(-sides // BLOCK)).prod(axis=1)
    return values


def coded_tables(codings: npt.NDArray[np.int64]) -> tuple[Tables, npt.NDArray[np.int64]]:
    """The tables of `gpu.blocks.jpeg`, of rows of `coding`, and where the coded planes lie."""
    scratch = np.concatenate([[0], np.cumsum(codings[:, 9])])
    fields = [*codings[:, :6].T, scratch[:-1], *codings[:, 6:9].T]
    base = {"luma": LUMA_TABLE, "chroma": CHROMA_TABLE}
    shared = {name: np.array(table, np.int32).ravel() for name, table in base.items()}
    return Tables({"fields": np.array(fields, np.int64).T}, shared), scratch


def _prepare(batch: Batch) -> Prepared:
    tables, scratch = coded_tables(batch.column(lambda part: part.values, np.int64))

    def begin(tables: Mapping[str, torch.Tensor]) -> Launch:
        from degrade.functional.gpu.blocks import jpeg

        return lambda call: jpeg(call, scratch)

    return Prepared(tables, begin)


def _moved(call: Call) -> int:
    """Coded planes written and read, and of colours (at 4:2:0) the samples once more, for chroma."""
    values = call.values(call.before)
    return 5 * values if call.channels > 1 else 2 * values


CODED = Form("jpeg", _prepare, _moved)


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
    forms=Forms(
        kernel=jpeg, packed=Packed(CODED, _coding), single=single_jpeg, surrogate=relaxed_jpeg
    ),
    words=Words(
        phrase=_words,
        summary="JPEG by libjpeg-turbo, encoded and decoded again.",
        formula="y = libjpeg-turbo decode(encode(rint(255 clip(x, 0, 1)), quality, subsampling)) / 255: "
        "integer DCT 8x8, rint(X / Q) Q, tables Q of T.81 annex K scaled by quality, libjpeg's "
        "chroma filters",
        source="ITU-T T.81; libjpeg-turbo as built into OpenCV",
    ),
    facts=Facts(border="replicate", channels=(1, 3), depth="8 bits", differentiable=False),
    ladder=along("quality", *QUALITIES, subsampling="4:2:0"),
)

ROWS: tuple[Operator[Any], ...] = (JPEG,)
