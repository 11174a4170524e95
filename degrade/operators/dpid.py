"""Detail-preserving downscaling: a resize whose weights depend on the picture."""

from __future__ import annotations

from typing import Any, Literal

import torch
from pydantic import Field
from torch import Tensor

from degrade.errors import GeometryError
from degrade.functional.dpid import Taps, coverage_taps, dpid
from degrade.functional.resample import Line, taps
from degrade.geometry import Axis, Frame, Placement, covering, scaled
from degrade.operators.base import Group, Parameters
from degrade.operators.ladders import along
from degrade.operators.resize import Factor, Reference
from degrade.operators.row import Facts, Forms, Operator, Words


class DpidParameters(Parameters):
    """How far, and how much what stands out counts."""

    factor: Factor
    of: Reference = "input"
    lambda_: float = Field(
        1.0,
        ge=0.0,
        le=4.0,
        description="exponent of a pixel's distance from its surroundings: 0 is the mean of the area, "
        "0.5 and 1 are the paper's, more is harsher",
    )
    rounding: Literal["nearest", "floor"] = Field(
        "nearest", description="how the size becomes whole; nearest takes halves up"
    )
    balanced: bool = Field(
        True,
        description="where sizes do not divide, tilt the covered areas so that their centre is the pixel's "
        "own, as resize does, which at lambda 0 aligns exactly; false: as published",
    )


def _place(record: DpidParameters, frame: Frame) -> Placement:
    current, out = frame.current, scaled(frame.lookup(record.of), record.factor, record.rounding)
    if out.height > current.height or out.width > current.width:
        raise GeometryError(
            f"dpid from {current} to {out}: it only shrinks; use resize to enlarge, or a smaller factor"
        )
    return covering(current, out)


def _axis_taps(
    group: Group[DpidParameters], sizes: list[tuple[int, int]], axes: list[Axis]
) -> Taps:
    """Coverage along one axis, of each sample as its record asks for."""
    length = max(size_out for _, size_out in sizes)
    lines = [
        Line("area", True, *size, axis.scale, axis.shift)
        for size, axis in zip(sizes, axes, strict=True)
    ]
    asked = {record.balanced for record in group.records}
    if asked == {True}:
        return taps(lines, length, group.device)
    plain = coverage_taps(sizes, length, group.device)
    if asked == {False}:
        return plain
    return _chosen(group.equals("balanced", True), taps(lines, length, group.device), plain)


def _chosen(where: Tensor, first: Taps, second: Taps) -> Taps:
    """Per sample one of two tables; the narrower one is filled up with taps of weight 0."""
    width = max(first[0].shape[-1], second[0].shape[-1])
    filled = [
        [torch.nn.functional.pad(part, (0, width - part.shape[-1])) for part in table]
        for table in (first, second)
    ]
    mask = where.view(-1, 1, 1)
    index, weight = (torch.where(mask, a, b) for a, b in zip(*filled, strict=True))
    return index, weight


def _dpid(images: Tensor, group: Group[DpidParameters]) -> Tensor:
    outs = [place.size for place in group.placements]
    pairs = list(zip(group.sizes, outs, strict=True))
    rows = _axis_taps(
        group, [(a.height, b.height) for a, b in pairs], [place.y for place in group.placements]
    )
    columns = _axis_taps(
        group, [(a.width, b.width) for a, b in pairs], [place.x for place in group.placements]
    )
    heights = group.upload([out.height for out in outs], torch.int64)
    widths = group.upload([out.width for out in outs], torch.int64)
    return dpid(images, group.floats("lambda_"), rows, columns, heights, widths)


def _words(record: DpidParameters) -> str:
    far = f"x{record.factor:.3g}"
    if record.of != "input":
        far = (
            f"to {record.of}" if record.factor == 1.0 else f"to {record.factor:.3g} of {record.of}"
        )
    return f"DPID {far}, lambda {record.lambda_:.2g}"


ROWS: tuple[Operator[Any], ...] = (
    Operator(
        name="dpid",
        version=1,
        parameters=DpidParameters,
        forms=Forms(kernel=_dpid),
        words=Words(
            phrase=_words,
            summary="Shrink by the mean of the covered area in which pixels that stand out count more.",
            formula="y(o) = sum_i c(i) |x(i) - g(o)|**lambda_ x(i) / sum_i c(i) |x(i) - g(o)|**lambda_; "
            "c: the part of pixel i that o covers, g: the mean by coverage, smoothed by (1, 2, "
            "1) / 4 along both axes of the output; |.|: Euclidean over the channels",
            source="Weber et al., Rapid, Detail-Preserving Image Downscaling, SIGGRAPH Asia 2016",
        ),
        facts=Facts(place=_place, border="left out and renormalised", optical=True),
        ladder=along("lambda_", 0.0, 0.5, 1.0, 2.0, 4.0, factor=0.25),
    ),
)
