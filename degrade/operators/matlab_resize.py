"""MATLAB's imresize, bicubic: the same pixels, of eight bits and of doubles."""

from __future__ import annotations

from typing import Any

from pydantic import Field
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
from degrade.geometry import Frame, Placement, Size, covering, factor_axis
from degrade.operators.base import Group, Image, Parameters
from degrade.operators.ladders import along
from degrade.operators.packed_lines import rounded_up_sizes
from degrade.operators.packed_matlab import packed_matlab
from degrade.operators.resize import Factor, Reference, how_far
from degrade.operators.row import Facts, Forms, Operator, Words, always


class MatlabBicubicParameters(Parameters):
    """MATLAB's `imresize` with its default, bicubic kernel."""

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
    return imresize(images, *_matlab_axes(group), eight_bit=True)


def _matlab_unrounded(images: Tensor, group: Group[MatlabBicubicParameters]) -> Tensor:
    """The surrogate: the same sums on [0, 1], limited before and after, rounded nowhere."""
    resized = imresize(images.clamp(0.0, 1.0), *_matlab_axes(group), eight_bit=False)
    return resized.clamp(0.0, 1.0).to(images.dtype)


def _matlab_axes(
    group: Group[MatlabBicubicParameters],
) -> tuple[list[MatlabLine], list[MatlabLine]]:
    pairs = list(map(_matlab_lines, group.records, group.sizes, group.placements))
    return [row for row, _ in pairs], [column for _, column in pairs]


def _matlab_tables(
    group: Group[MatlabBicubicParameters],
) -> list[tuple[MatlabLine, MatlabLine]]:
    return list(map(_matlab_lines, group.records, group.sizes, group.placements))


def _matlab_single(
    image: Image, record: MatlabBicubicParameters, table: tuple[MatlabLine, MatlabLine]
) -> Image:
    return imresize_image(image, *table)


def _matlab_double(images: Tensor, group: Group[MatlabBicubicParameters]) -> Tensor:
    rows, columns = zip(
        *map(_matlab_lines, group.records, group.sizes, group.placements), strict=True
    )
    return imresize(images, rows, columns, eight_bit=False).to(images.dtype)


def _matlab_words(record: MatlabBicubicParameters) -> str:
    antialias = "" if record.antialias else ", no antialias"
    return f"MATLAB bicubic {how_far(record.factor, record.of)}{antialias}"


ROWS: tuple[Operator[Any], ...] = (
    Operator(
        name="matlab_bicubic",
        version=1,
        parameters=MatlabBicubicParameters,
        forms=Forms(
            kernel=_matlab,
            packed=packed_matlab(_matlab_axes, eight_bit=True),
            single=_matlab_single,
            tables=_matlab_tables,
            surrogate=_matlab_unrounded,
        ),
        words=Words(
            phrase=_matlab_words,
            summary="MATLAB's imresize of the image as uint8, bicubic: the same pixels.",
            formula="per axis, the smaller factor first: v(o) = floor(sum_i k(h (u - i)) v(i) / sum_i "
            "k(h (u - i)) + 1/2) clipped to 0..255, v = rint(255 x), u = o / factor + (1 - 1 / "
            "factor) / 2 counted from 1, h = min(1, factor) with antialias, else 1, k: Keys' "
            "cubic, a = -1/2; y = v / 255",
            source="MATLAB imresize, method bicubic, on uint8: rounded and clipped after each axis",
        ),
        facts=Facts(
            place=_matlab_place,
            sizes=rounded_up_sizes,
            border="mirrored with the edge pixel twice (symmetric), or the edge pixel repeated",
            depth="8 bits",
            differentiable=False,
            optical=True,
        ),
        ladder=along("factor", 0.8, 0.5, 0.3333333333, 0.25, 0.125),
    ),
    Operator(
        name="matlab_bicubic_double",
        version=1,
        parameters=MatlabBicubicParameters,
        forms=Forms(kernel=_matlab_double, packed=packed_matlab(_matlab_axes, eight_bit=False)),
        words=Words(
            phrase=_matlab_words,
            summary="MATLAB's imresize of the image as double, bicubic: nothing is rounded or clipped.",
            formula="per axis, the smaller factor first: y(o) = sum_i k(h (u - i)) x(i) / sum_i k(h (u - "
            "i)) in float64, u = o / factor + (1 - 1 / factor) / 2 counted from 1, h = min(1, "
            "factor) with antialias, else 1, k: Keys' cubic, a = -1/2",
            source="MATLAB imresize, method bicubic, on double",
        ),
        facts=Facts(
            place=_matlab_place,
            sizes=rounded_up_sizes,
            border="mirrored with the edge pixel twice (symmetric), or the edge pixel repeated",
            optical=True,
            linear=always,
        ),
        ladder=along("factor", 0.8, 0.5, 0.3333333333, 0.25, 0.125),
    ),
)
