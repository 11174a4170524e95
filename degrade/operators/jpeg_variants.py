"""JPEG beyond one plain round trip: two of them, tables of one's own, and the model of BasicSR."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import numpy as np
import torch
from pydantic import AfterValidator, Field

from degrade.functional.diffjpeg import diffjpeg
from degrade.functional.double_jpeg import BLOCK, double_jpeg
from degrade.functional.gpu.call import Call, Tables
from degrade.functional.jpeg_tables import jpeg_by_tables, read_table
from degrade.functional.libjpeg.codec import jpeg as libjpeg
from degrade.functional.libjpeg.grids import Coder, on_grid
from degrade.functional.libjpeg.quantise import tables_of
from degrade.functional.libjpeg.relaxed import relaxed
from degrade.functional.libjpeg.sampling import layout_of
from degrade.operators.base import Group, Image, Parameters
from degrade.operators.compression import coded_tables, coding, layouts_of, relaxed_jpeg
from degrade.operators.ladders import QUALITIES, along, together
from degrade.operators.packed import Batch, Form, Launch, Packed, Prepared
from degrade.operators.row import Facts, Forms, Operator, Words

Subsampling = Literal["4:4:4", "4:4:0", "4:2:2", "4:2:0", "4:1:1"]


def _checked_table(text: str) -> str:
    """The table written in one way only."""
    return " ".join(map(str, read_table(text)))


TableText = Annotated[str, AfterValidator(_checked_table)]


class DoubleJpegParameters(Parameters):
    """Two JPEG round trips on two grids."""

    first_quality: int = Field(ge=1, le=100, description="libjpeg's quality of the first coder")
    second_quality: int = Field(ge=1, le=100, description="libjpeg's quality of the second coder")
    first_subsampling: Subsampling = Field("4:2:0", description="the first coder's chroma")
    second_subsampling: Subsampling = Field("4:2:0", description="the second coder's chroma")
    offset_y: int = Field(
        0, ge=0, le=7, description="row at which a block edge of the first grid lies, in pixels"
    )
    offset_x: int = Field(
        0, ge=0, le=7, description="column at which a block edge of the first grid lies, in pixels"
    )


class JpegTablesParameters(Parameters):
    """One JPEG round trip with quantisation tables of one's own."""

    luma: TableText = Field(
        description="64 whole numbers 1..255 with blanks between, row by row (not zigzag)"
    )
    chroma: TableText = Field(description="the same for both chroma planes")
    subsampling: Literal["4:4:4", "4:2:2", "4:2:0"] = Field(
        default="4:2:0", description="chroma subsampling; without meaning for one channel"
    )


class DiffJpegParameters(Parameters):
    """One round trip of BasicSR's DiffJPEG."""

    quality: float = Field(
        ge=1.0, le=100.0, description="DiffJPEG's quality, any number; 100 is none"
    )


def _twice(
    images: torch.Tensor, group: Group[DoubleJpegParameters], first: Coder, second: Coder
) -> torch.Tensor:
    """Through one coder on the first grid and through another on the image's own."""
    records = group.records
    offsets = [(record.offset_y, record.offset_x) for record in records]
    between = on_grid(
        first, images, group.sizes, [record.first_subsampling for record in records], offsets
    )
    layouts = [
        layout_of(*size, record.second_subsampling)
        for size, record in zip(group.sizes, records, strict=True)
    ]
    return second(between, layouts)


def double_jpeg_kernel(images: torch.Tensor, group: Group[DoubleJpegParameters]) -> torch.Tensor:
    """libjpeg's own integers as tensors, twice."""

    def coder(field: str) -> Coder:
        tables = tables_of(group.integers(field))
        return lambda canvas, layouts: libjpeg(canvas, layouts, *tables)

    return _twice(images, group, coder("first_quality"), coder("second_quality"))


def relaxed_double_jpeg(images: torch.Tensor, group: Group[DoubleJpegParameters]) -> torch.Tensor:
    """The surrogate: both round trips without their roundings."""
    return _twice(images, group, relaxed, relaxed)


def _codings(group: Any, channels: int) -> list[list[tuple[int, ...]]]:
    """Both round trips of each sample: `coding` on the grid that was cut off, and on the image's own."""
    made = []
    for (height, width), record in zip(group.sizes, group.records, strict=True):
        edges = (-record.offset_y) % BLOCK, (-record.offset_x) % BLOCK
        first = layout_of(height + edges[0], width + edges[1], record.first_subsampling)
        second = layout_of(height, width, record.second_subsampling)
        made.append(
            [
                coding(first, record.first_quality, channels, edges),
                coding(second, record.second_quality, channels, (0, 0)),
            ]
        )
    return made


def _prepare_twice(batch: Batch) -> Prepared:
    codings = batch.column(lambda part: part.values, np.int64)
    made = [coded_tables(codings[:, trip]) for trip in (0, 1)]
    each = {f"fields_{trip}": tables.each["fields"] for trip, (tables, _) in enumerate(made)}

    def begin(tables: Mapping[str, torch.Tensor]) -> Launch:
        from degrade.functional.gpu.blocks import jpeg_twice

        return lambda call: jpeg_twice(call, [scratch for _, scratch in made])

    return Prepared(Tables(each, made[0][0].shared), begin)


def _moved_twice(call: Call) -> int:
    """Both trips' coded planes and chroma's reading, and what lies between them, written and read."""
    values = call.values(call.before)
    return (18 if call.channels > 1 else 12) * values


CODED_TWICE = Form("double jpeg", _prepare_twice, _moved_twice)


def jpeg_tables_kernel(images: torch.Tensor, group: Group[JpegTablesParameters]) -> torch.Tensor:
    """libjpeg's own integers as tensors, each sample with its own tables."""
    luma, chroma = (
        group.upload([read_table(getattr(record, field)) for record in group.records], torch.int64)
        for field in ("luma", "chroma")
    )
    return libjpeg(images, layouts_of(group), luma.view(-1, 8, 8), chroma.view(-1, 8, 8))


def single_double_jpeg(image: Image, record: DoubleJpegParameters, table: None) -> Image:
    return double_jpeg(
        image,
        (record.first_quality, record.first_subsampling),
        (record.second_quality, record.second_subsampling),
        (record.offset_y, record.offset_x),
    )


def single_jpeg_tables(image: Image, record: JpegTablesParameters, table: None) -> Image:
    return jpeg_by_tables(
        image, read_table(record.luma), read_table(record.chroma), record.subsampling
    )


def basicsr_diffjpeg(images: torch.Tensor, group: Group[DiffJpegParameters]) -> torch.Tensor:
    """Each sample at its own quality, filled with black beyond its own sides."""
    return diffjpeg(images, group.heights(), group.widths(), group.floats("quality"))


def unquantised_diffjpeg(images: torch.Tensor, group: Group[DiffJpegParameters]) -> torch.Tensor:
    """The surrogate: the model at quality 100, which rounds no coefficient."""
    full = torch.full_like(group.floats("quality"), 100.0)
    return diffjpeg(images, group.heights(), group.widths(), full)


def _double_words(record: DoubleJpegParameters) -> str:
    offset = f"({record.offset_y}, {record.offset_x})"
    return f"JPEG q{record.first_quality} off {offset}, then q{record.second_quality}"


def _tables_words(record: JpegTablesParameters) -> str:
    luma, chroma = (sum(read_table(text)) / 64 for text in (record.luma, record.chroma))
    return f"JPEG own tables, mean {luma:.3g}/{chroma:.3g} {record.subsampling}"


def _tables_strength(record: JpegTablesParameters) -> dict[str, float]:
    return {
        "luma_mean_step": sum(read_table(record.luma)) / 64,
        "chroma_mean_step": sum(read_table(record.chroma)) / 64,
    }


def _diffjpeg_words(record: DiffJpegParameters) -> str:
    return f"DiffJPEG q{record.quality:.3g}"


def _table(step: int) -> str:
    """A quantisation table that grows from the mean to the finest detail."""
    return " ".join(
        str(min(255, 1 + step * (1 + row + column))) for row in range(8) for column in range(8)
    )


DOUBLE_JPEG = Operator(
    name="double_jpeg",
    version=1,
    parameters=DoubleJpegParameters,
    forms=Forms(
        kernel=double_jpeg_kernel,
        packed=Packed(CODED_TWICE, _codings),
        single=single_double_jpeg,
        surrogate=relaxed_double_jpeg,
    ),
    words=Words(
        phrase=_double_words,
        summary="Two JPEG round trips, the first on a grid shifted against the second's.",
        formula="y = J2(S**-1 J1(S x)), J as in jpeg at first_ and second_ settings, S repeats (-offset "
        "mod 8) edge rows and columns before the image, S**-1 cuts them off; 8 bits between",
        source="Bianchi and Piva, IEEE TIFS 7(3), 2012 (non-aligned double JPEG); libjpeg-turbo in OpenCV",
    ),
    facts=Facts(border="replicate", channels=(1, 3), depth="8 bits", differentiable=False),
    ladder=together(
        first_quality=QUALITIES,
        second_quality=(95, 90, 85, 80, 75),
        offset_y=(4,) * 5,
        offset_x=(4,) * 5,
    ),
)

JPEG_TABLES = Operator(
    name="jpeg_tables",
    version=1,
    parameters=JpegTablesParameters,
    forms=Forms(kernel=jpeg_tables_kernel, single=single_jpeg_tables, surrogate=relaxed_jpeg),
    words=Words(
        phrase=_tables_words,
        summary="JPEG with two quantisation tables of one's own.",
        formula="y = libjpeg-turbo decode(encode(rint(255 clip(x, 0, 1)), Q, subsampling)) / 255: "
        "integer DCT 8x8, rint(X / Q) Q with Q = luma and chroma as given",
        source="ITU-T T.81; libjpeg-turbo as built into Pillow (qtables)",
    ),
    facts=Facts(
        strength=_tables_strength,
        border="replicate",
        channels=(1, 3),
        depth="8 bits",
        differentiable=False,
    ),
    ladder=together(
        luma=[_table(step) for step in (1, 3, 6, 12, 24)],
        chroma=[_table(step) for step in (2, 6, 12, 24, 48)],
    ),
)

BASICSR_DIFFJPEG = Operator(
    name="basicsr_diffjpeg",
    version=1,
    parameters=DiffJpegParameters,
    forms=Forms(kernel=basicsr_diffjpeg, surrogate=unquantised_diffjpeg),
    words=Words(
        phrase=_diffjpeg_words,
        summary="The JPEG model of Real-ESRGAN's training code, which is not libjpeg.",
        formula="y = clip(T**-1(C**-1(f Q rint(C(T 255 x) / (f Q)))), 0, 255) / 255, T: YCbCr, chroma "
        "meaned over 2x2 and repeated back, C: float DCT 8x8 of values less 128, Q: tables of T.81 annex K "
        "(luma transposed), f = 50 / quality below 50, else 2 - quality / 50, neither rounded "
        "nor limited",
        source="BasicSR 1.4.2, DiffJPEG with plain rounding; tables of ITU-T T.81 annex K",
    ),
    facts=Facts(border="black, to multiples of 16", channels=(1, 3), differentiable=False),
    ladder=along("quality", *(float(quality) for quality in QUALITIES)),
)

ROWS: tuple[Operator[Any], ...] = (DOUBLE_JPEG, JPEG_TABLES, BASICSR_DIFFJPEG)
