"""Resizing: to a factor of the input, of the target or of a labelled step."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, model_validator
from torch import Tensor

from degrade.functional.matlab import (
    Border,
    MatlabLine,
    imresize,
    imresize_image,
    line_by_factor,
    line_by_size,
    rounded_up,
)
from degrade.functional.resample import (
    ADAPTIVE,
    FilterName,
    Line,
    Table,
    resample,
    resample_image,
    tables,
)
from degrade.geometry import Axis, Frame, Placement, Size, covering, factor_axis, scaled
from degrade.operators.base import Group, Image, Operator, Parameters

Factor = Annotated[
    float, Field(gt=0.0, le=64.0, description="output side / side of what `of` names")
]
Reference = Annotated[
    str,
    StringConstraints(pattern=r"^(input|target|(before|after):.+)$"),
    Field(
        description="whose size the factor multiplies: `input`, `target` (the LR image that the "
        "pipeline makes), or `before:LABEL` or `after:LABEL` of an earlier stage"
    ),
]


class ResizeParameters(Parameters):
    """How far, with which filter, and on which coordinates."""

    factor: Factor
    of: Reference = "input"
    filter: FilterName = Field("bicubic", description="resampling filter")
    antialias: bool = Field(
        True,
        description="stretch the filter when shrinking; nothing to nearest, area and adaptive_area",
    )
    enlarging: Literal["same", FilterName] = Field(
        "same", description="filter of a step that enlarges either axis; `same`: the filter above"
    )
    rounding: Literal["nearest", "floor"] = Field(
        "nearest", description="how the size becomes whole; nearest takes halves up"
    )
    coordinates: Literal["size", "factor"] = Field(
        "size",
        description="size: both images span the same extent; factor: torch's `scale_factor`, which "
        "drifts where the size was rounded, only of the input",
    )

    @model_validator(mode="after")
    def _factor_is_of_the_input(self) -> ResizeParameters:
        if self.coordinates == "factor" and self.of != "input":
            raise ValueError(
                f"coordinates: factor goes with of: input, and of is {self.of!r}; "
                "use coordinates: size or of: input"
            )
        return self


def _enlarges(current: Size, out: Size) -> bool:
    return out.height > current.height or out.width > current.width


def filter_of_step(record: ResizeParameters, current: Size, out: Size) -> FilterName:
    """The filter that a step between these sizes uses."""
    if record.enlarging != "same" and _enlarges(current, out):
        return record.enlarging
    return record.filter


def _tie_shift(name: str, scale: float) -> float:
    """How far to the right of its positions `nearest` takes its pixels in the mean, in input pixels.

    With scale p / q in lowest terms and p even, one output pixel in q lies midway between two input
    pixels and takes the right one: half a pixel in q (at an even factor, always).
    """
    if name != "nearest":
        return 0.0
    ratio = Fraction(scale).limit_denominator(4096)
    return 0.0 if ratio.numerator % 2 else 0.5 / ratio.denominator


def _place(record: ResizeParameters, frame: Frame) -> Placement:
    out = scaled(frame.lookup(record.of), record.factor, record.rounding)
    name = filter_of_step(record, frame.current, out)
    place = covering(frame.current, out)
    if record.coordinates == "factor" and name != ADAPTIVE:
        place = Placement(out, factor_axis(record.factor), factor_axis(record.factor))
    y, x = (
        Axis(axis.scale, axis.shift + _tie_shift(name, axis.scale)) for axis in (place.y, place.x)
    )
    return Placement(out, y, x)


def _lines(record: ResizeParameters, current: Size, placement: Placement) -> tuple[Line, Line]:
    name = filter_of_step(record, current, placement.size)

    def line(size_in: int, size_out: int, axis: Axis) -> Line:
        shift = axis.shift - _tie_shift(name, axis.scale)
        return Line(name, record.antialias, size_in, size_out, axis.scale, shift)

    return (
        line(current.height, placement.size.height, placement.y),
        line(current.width, placement.size.width, placement.x),
    )


def _resize(images: Tensor, group: Group[ResizeParameters]) -> Tensor:
    pairs = list(map(_lines, group.records, group.sizes, group.placements))
    return resample(images, [row for row, _ in pairs], [column for _, column in pairs])


def _resize_tables(group: Group[ResizeParameters]) -> list[tuple[Table, Table]]:
    pairs = list(map(_lines, group.records, group.sizes, group.placements))
    made = tables([line for pair in pairs for line in pair])
    return list(zip(made[0::2], made[1::2], strict=True))


def _resize_single(image: Image, record: ResizeParameters, table: tuple[Table, Table]) -> Image:
    return resample_image(image, *table)


def _how_far(factor: float, of: str) -> str:
    if of == "input":
        return f"x{factor:.3g}"
    return f"to {of}" if factor == 1.0 else f"to {factor:.3g} of {of}"


def _resize_words(record: ResizeParameters) -> str:
    text = f"resize {_how_far(record.factor, record.of)}, {record.filter}"
    if record.enlarging not in ("same", record.filter):
        text += f" ({record.enlarging} to enlarge)"
    return text + (", antialias" if record.antialias else "")


class MatlabBicubicParameters(Parameters):
    """MATLAB's `imresize` of a uint8 image with its default, bicubic kernel."""

    factor: Factor
    of: Reference = "input"
    border: Border = Field(
        "symmetric", description="pixels beyond the border; replicate is what old versions did"
    )
    antialias: bool = Field(True, description="stretch the kernel when shrinking")


def _matlab_place(record: MatlabBicubicParameters, frame: Frame) -> Placement:
    """A factor of the input is `imresize(image, factor)`, whose coordinates drift where the size was
    rounded up; any other reference gives the size, as `imresize(image, [rows columns])`.
    """
    named = frame.lookup(record.of)
    out = Size(*(rounded_up(side, record.factor) for side in named))
    if record.of != "input":
        return covering(frame.current, out)
    axis = factor_axis(record.factor)
    return Placement(out, axis, axis)


def _matlab_lines(
    record: MatlabBicubicParameters, current: Size, placement: Placement
) -> tuple[MatlabLine, MatlabLine]:
    def line(size_in: int, size_out: int) -> MatlabLine:
        if record.of == "input":
            return line_by_factor(size_in, record.factor, record.antialias, record.border)
        return line_by_size(size_in, size_out, record.antialias, record.border)

    out = placement.size
    return line(current.height, out.height), line(current.width, out.width)


def _matlab(images: Tensor, group: Group[MatlabBicubicParameters]) -> Tensor:
    pairs = list(map(_matlab_lines, group.records, group.sizes, group.placements))
    rows, columns = [row for row, _ in pairs], [column for _, column in pairs]
    return imresize(images, rows, columns, eight_bit=True)


def _matlab_tables(
    group: Group[MatlabBicubicParameters],
) -> list[tuple[MatlabLine, MatlabLine]]:
    return list(map(_matlab_lines, group.records, group.sizes, group.placements))


def _matlab_single(
    image: Image, record: MatlabBicubicParameters, table: tuple[MatlabLine, MatlabLine]
) -> Image:
    return imresize_image(image, *table)


def _matlab_words(record: MatlabBicubicParameters) -> str:
    antialias = "" if record.antialias else ", no antialias"
    return f"MATLAB bicubic {_how_far(record.factor, record.of)}{antialias}"


ROWS: tuple[Operator[Any], ...] = (
    Operator(
        name="resize",
        version=1,
        parameters=ResizeParameters,
        kernel=_resize,
        single=_resize_single,
        tables=_resize_tables,
        place=_place,
        words=_resize_words,
        summary="Resize by a separable filter, with or without antialias.",
        source="bicubic: Keys, IEEE Trans. ASSP 29(6), 1981; antialias as Pillow, adaptive_area as "
        "torch's adaptive average pooling",
        border="edge pixels repeated; with antialias and for area, left out and renormalised",
    ),
    Operator(
        name="matlab_bicubic",
        version=1,
        parameters=MatlabBicubicParameters,
        kernel=_matlab,
        single=_matlab_single,
        differentiable=False,
        tables=_matlab_tables,
        place=_matlab_place,
        words=_matlab_words,
        summary="MATLAB's imresize of the image as uint8, bicubic: the same pixels.",
        source="MATLAB imresize, method bicubic, on uint8: rounded and clipped after each axis",
        border="mirrored with the edge pixel twice (symmetric), or the edge pixel repeated",
    ),
)
