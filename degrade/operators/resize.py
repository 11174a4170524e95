"""Resizing: to a factor of the input, of the target or of a labelled step."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Annotated, Any, Literal

import numpy as np
import numpy.typing as npt
import torch
from pydantic import Field, StringConstraints, model_validator
from torch import Tensor

from degrade.functional.color import linear_to_srgb, srgb_to_linear
from degrade.functional.filters import ADAPTIVE, FilterName
from degrade.functional.resample import (
    Line,
    LineTaps,
    resample,
    resample_image,
    tables,
)
from degrade.geometry import Axis, Frame, Placement, Size, covering, factor_axis, scaled
from degrade.operators.base import Group, Image, Parameters
from degrade.operators.ladders import FACTORS, along
from degrade.operators.packed_lines import line_table, scaled_sizes
from degrade.operators.packed_resize import known, packed_resize
from degrade.operators.row import Facts, Forms, Operator, Words

Factor = Annotated[
    float, Field(ge=1 / 64, le=64.0, description="output side / side of what `of` names")
]
"""Bounded on both sides, since the taps of a filter grow with the inverse of the factor."""
Reference = Annotated[
    str,
    StringConstraints(pattern=r"^(input|target|(before|after):.+)$"),
    Field(
        description="whose size the factor multiplies: `input`, `target` (the LR image that the "
        "pipeline makes), or `before:LABEL` or `after:LABEL` of an earlier stage"
    ),
]

Shift = Annotated[
    float,
    Field(
        ge=-64.0,
        le=64.0,
        description="how much further down (y) or right (x) the step looks, in pixels of its input; the "
        "picture moves the other way",
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

    shift_y: Shift = 0.0
    shift_x: Shift = 0.0
    light: Literal["srgb", "linear"] = Field(
        "srgb",
        description="what is averaged: values as stored, or linear light by the sRGB transfer function",
    )

    @model_validator(mode="after")
    def _factor_is_of_the_input(self) -> ResizeParameters:
        if self.coordinates == "factor" and self.of != "input":
            raise ValueError(
                f"coordinates: factor goes with of: input, and of is {self.of!r}; "
                "use coordinates: size or of: input"
            )
        return self

    @model_validator(mode="after")
    def _adaptive_area_stays(self) -> ResizeParameters:
        if ADAPTIVE in (self.filter, self.enlarging) and (self.shift_y or self.shift_x):
            raise ValueError(
                "adaptive_area's windows follow from the sizes, so it takes no shift_y and shift_x; "
                "use area"
            )
        return self


def _enlarges(current: Size, out: Size) -> bool:
    return out.height > current.height or out.width > current.width


def filter_of_step(record: ResizeParameters, current: Size, out: Size) -> FilterName:
    """The filter that a step between these sizes uses."""
    if record.enlarging != "same" and _enlarges(current, out):
        return record.enlarging
    return record.filter


def _tie_shift(name: str, scale: float, shift: float) -> float:
    """How far to the right of its positions `nearest` takes its pixels in the mean, in input pixels.

    With scale p / q in lowest terms the positions lie at q fractions of a pixel, evenly spaced. Unshifted,
    they lie about the pixels in balance if p is odd; if p is even one in q is midway between two and takes
    the right one: half a pixel in q (at an even factor, always).
    """
    if name != "nearest":
        return 0.0
    ratio = Fraction(scale).limit_denominator(4096)
    part = Fraction(1, ratio.denominator)
    first = ratio / 2 + Fraction(shift).limit_denominator(4096)
    return float(part / 2 - first % part)


def _place(record: ResizeParameters, frame: Frame) -> Placement:
    out = scaled(frame.lookup(record.of), record.factor, record.rounding)
    name = filter_of_step(record, frame.current, out)
    place = covering(frame.current, out)
    if record.coordinates == "factor" and name != ADAPTIVE:
        place = Placement(out, factor_axis(record.factor), factor_axis(record.factor))
    if name != "nearest" and not (record.shift_y or record.shift_x):
        return place

    def moved(axis: Axis, shift: float) -> Axis:
        return Axis(axis.scale, axis.shift + shift + _tie_shift(name, axis.scale, shift))

    return Placement(out, moved(place.y, record.shift_y), moved(place.x, record.shift_x))


def _lines(record: ResizeParameters, current: Size, placement: Placement) -> tuple[Line, Line]:
    name = filter_of_step(record, current, placement.size)

    def line(size_in: int, size_out: int, axis: Axis, shift: float) -> Line:
        position = axis.shift - _tie_shift(name, axis.scale, shift)
        return Line(name, record.antialias, size_in, size_out, axis.scale, position, shift != 0.0)

    return (
        line(current.height, placement.size.height, placement.y, record.shift_y),
        line(current.width, placement.size.width, placement.x, record.shift_x),
    )


def _resize_light(images: Tensor, rows: Sequence[Line], columns: Sequence[Line]) -> Tensor:
    """Resamples linear light, in float64: near black a stored value is 13 times its light."""
    light = resample(srgb_to_linear(images.double()), rows, columns)
    return linear_to_srgb(light).to(images.dtype)


def _lines_of(group: Group[ResizeParameters]) -> tuple[list[Line], list[Line]]:
    pairs = list(map(_lines, group.records, group.sizes, group.placements))
    return [row for row, _ in pairs], [column for _, column in pairs]


def _packed_lines(group: Group[ResizeParameters]) -> npt.NDArray[np.float64]:
    return line_table(group, lambda scale, shift: _tie_shift("nearest", scale, shift))


def _resize(images: Tensor, group: Group[ResizeParameters]) -> Tensor:
    """Each sample as stored or as light; where both are asked for, both are made."""
    lines = _lines_of(group)
    asked = {record.light for record in group.records}
    if asked == {"linear"}:
        return _resize_light(images, *lines)
    stored = resample(images, *lines)
    if asked == {"srgb"}:
        return stored
    linear = group.equals("light", "linear").view(-1, 1, 1, 1)
    return torch.where(linear, _resize_light(images, *lines), stored)


def _has_known_filters(record: ResizeParameters) -> bool:
    return known(record.filter) and known(record.enlarging)


def _resize_tables(
    group: Group[ResizeParameters],
) -> list[tuple[LineTaps, LineTaps] | tuple[Line, Line]]:
    """Each sample's taps; its lines where the image is resampled as light, by the kernel itself."""
    pairs = list(map(_lines, group.records, group.sizes, group.placements))
    stored = [record.light == "srgb" for record in group.records]
    made = iter(
        tables([line for pair, own in zip(pairs, stored, strict=True) if own for line in pair])
    )
    return [
        (next(made), next(made)) if own else pair for pair, own in zip(pairs, stored, strict=True)
    ]


def _resize_single(
    image: Image, record: ResizeParameters, table: tuple[LineTaps, LineTaps] | tuple[Line, Line]
) -> Image:
    first, second = table
    if isinstance(first, LineTaps) and isinstance(second, LineTaps):
        return resample_image(image, first, second)
    assert isinstance(first, Line)
    assert isinstance(second, Line)
    plane = torch.from_numpy(image).permute(2, 0, 1).unsqueeze(0)
    result = _resize_light(plane, [first], [second])[0].permute(1, 2, 0)
    return np.ascontiguousarray(result.numpy())


def how_far(factor: float, of: str) -> str:
    if of == "input":
        return f"x{factor:.3g}"
    return f"to {of}" if factor == 1.0 else f"to {factor:.3g} of {of}"


def _short(name: str) -> str:
    return name.replace("magic_kernel_sharp_", "MKS ")


def _resize_words(record: ResizeParameters) -> str:
    text = f"resize {how_far(record.factor, record.of)}, {_short(record.filter)}"
    if record.enlarging not in ("same", record.filter):
        text += f" ({_short(record.enlarging)} to enlarge)"
    text += ", antialias" if record.antialias else ""
    if record.shift_y or record.shift_x:
        text += f", shift {record.shift_y:.2g} {record.shift_x:.2g} px"
    return text + (", in light" if record.light == "linear" else "")


ROWS: tuple[Operator[Any], ...] = (
    Operator(
        name="resize",
        version=1,
        parameters=ResizeParameters,
        forms=Forms(
            kernel=_resize,
            packed=packed_resize(_packed_lines, _has_known_filters),
            single=_resize_single,
            tables=_resize_tables,
        ),
        words=Words(
            phrase=_resize_words,
            summary="Resize by a separable filter, with or without antialias, shifted, in linear light.",
            formula="y(o) = sum_i w((i - s o - t) / a) x(i) / sum_i w((i - s o - t) / a), columns after "
            "rows; s = input side / output side, t = (s - 1) / 2 + shift px, a = max(1, s) with "
            "antialias, else 1; bicubic: w(u) = 1.5 |u|**3 - 2.5 |u|**2 + 1 for |u| < 1, -0.5 "
            "|u|**3 + 2.5 |u|**2 - 4 |u| + 2 for |u| < 2; antialiased weights are balanced about "
            "s o + t; `light: linear` sums decode(x) and encodes",
            source="bicubic: Keys, IEEE Trans. ASSP 29(6), 1981; antialias as Pillow, adaptive_area as "
            "torch's adaptive average pooling",
        ),
        facts=Facts(
            place=_place,
            sizes=scaled_sizes,
            border="edge pixels repeated; unshifted with antialias and for area, left out and renormalised",
            optical=True,
            linear=lambda record: record.light != "linear",
        ),
        ladder=along("factor", *FACTORS, filter="bicubic", antialias=True),
    ),
)
