"""Sharpening by an unsharp mask, as Real-ESRGAN applies it to its training targets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from pydantic import Field

from degrade.functional.filtering import (
    Floats,
    border_index,
    correlate_image_separable,
    correlate_separable,
)
from degrade.functional.gpu.call import Tables, starts_in_launches
from degrade.functional.psf import gaussian_taps
from degrade.operators.base import Group, Image, Parameters, column
from degrade.operators.ladders import along
from degrade.operators.packed import Batch, Form, Launch, Packed, Prepared, sides
from degrade.operators.row import Facts, Forms, Operator, Words

CLOSE = 2e-6
"""Five times the error of the float32 blur: residuals nearer to the limit are decided in float64."""

MANY = 500
"""Close calls above which blurring the whole image in float64 is the quicker way."""

ROUNDING = 1e-9
"""Added to the limit, so that with threshold 0 the rounding noise of a flat area is no residual."""


class UsmParameters(Parameters):
    """The defaults are the published ones: 51 taps of sigma 8.0."""

    weight: float = Field(
        default=0.5, ge=0, le=4, description="share of the residual that is added"
    )
    radius: int = Field(
        default=50, ge=1, le=126, description="taps of the Gaussian; an even number gets one more"
    )
    sigma: float = Field(
        default=0.0,
        ge=0,
        le=100,
        description="standard deviation in pixels; 0 is 0.3 * ((taps - 1) / 2 - 1) + 0.8",
    )
    threshold_255: float = Field(
        default=10.0, ge=0, le=255, description="residual on 0..255 that must be passed"
    )

    @property
    def taps(self) -> int:
        return self.radius + (self.radius + 1) % 2

    @property
    def sigma_pixels(self) -> float:
        """The Gaussian's standard deviation after OpenCV's rule for sigma 0."""
        return self.sigma or 0.3 * ((self.taps - 1) * 0.5 - 1.0) + 0.8

    @property
    def residual_limit(self) -> float:
        """The threshold on 0..1."""
        return self.threshold_255 / 255.0 + ROUNDING


def _taps(group: Group[UsmParameters]) -> torch.Tensor:
    canvas = max((record.taps for record in group.records), default=1)
    return gaussian_taps(group.integers("taps"), group.floats("sigma_pixels"), canvas)


def _kernel(images: torch.Tensor, group: Group[UsmParameters]) -> torch.Tensor:
    """Adds to each pixel its share of the residual from a Gaussian blur, where the residual is large.

    The choice of pixels is softened by the same Gaussian. The sharpened image is clipped to [0, 1] before it
    is mixed in, which is part of the published operator. In float64, so that the threshold falls alike in
    every form: one pixel chosen otherwise would move its neighbours by up to 5e-5.
    """
    taps = _taps(group)
    heights, widths = group.heights(), group.widths()
    wide = images.to(torch.float64)
    weight = column(group.floats("weight"), wide)
    limit = column(group.floats("residual_limit"), wide)
    residual = wide - correlate_separable(wide, taps, taps, heights, widths)
    chosen = (residual.abs() > limit).to(torch.float64)
    share = correlate_separable(chosen, taps, taps, heights, widths)
    sharp = (wide + weight * residual).clamp(0.0, 1.0)
    return (share * sharp + (1.0 - share) * wide).to(images.dtype)


def _packed_taps(group: Any, channels: int) -> Floats:
    taps: Floats = _taps(group).numpy()
    return taps


def _prepare(batch: Batch) -> Prepared:
    (part,) = batch.parts
    records = part.group.records
    lengths = np.array([record.taps for record in records])
    own = (
        np.abs(np.arange(part.values.shape[1]) - part.values.shape[1] // 2) <= lengths[:, None] // 2
    )
    each = {
        "starts": np.cumsum(lengths) - lengths,
        "reaches": (lengths // 2).astype(np.int32),
        "scratch": starts_in_launches(sides(batch).prod(1) * batch.channels, batch.bounds),
        "numbers": np.array([(record.weight, record.residual_limit) for record in records]),
    }

    def begin(tables: Mapping[str, torch.Tensor]) -> Launch:
        from degrade.functional.gpu.sharpen import usm

        return usm

    return Prepared(Tables(each, {"kernels": part.values[own]}), begin)


MASKED = Form("unsharp mask", _prepare, lambda call: 50 * call.values(call.before), parts=2)
"""Between its launches lie float64 sums, twice, residuals and the choice; the samples are read twice more."""


def _blur_at(image: Image, taps: Floats, place: tuple[npt.NDArray[np.int64], ...]) -> Floats:
    """The Gaussian blur in float64 at some values, place = (rows, columns, channels), each (n,)."""
    offsets = np.arange(taps.size) - taps.size // 2
    lines = []
    for positions, length in zip(place[:2], image.shape[:2], strict=True):
        window = torch.from_numpy((positions[:, None] + offsets).ravel())
        index = border_index(window, torch.tensor([length]), "reflect101")
        lines.append(index.view(-1, taps.size).numpy())
    rows, columns = lines
    windows = image[rows[:, :, None], columns[:, None, :], place[2][:, None, None]]
    blurred: Floats = np.einsum("nij,i,j->n", windows.astype(np.float64), taps, taps)
    return blurred


def _chosen(image: Image, residual: npt.NDArray[Any], taps: Floats, limit: float) -> Image:
    """Where the exact residual passes the limit: 1.0 or 0.0. Float32 decides all but the close calls."""
    distance = np.abs(residual)
    distance -= residual.dtype.type(limit)
    chosen: Image = (distance > 0).astype(np.float32)
    if residual.dtype == np.float64:
        return chosen
    close = np.flatnonzero(np.less(np.abs(distance, out=distance), np.float32(CLOSE)))
    if close.size > MANY:
        exact = image - correlate_image_separable(image, taps, taps, wide=True)
        return _chosen(image, exact, taps, limit)
    if close.size:
        place = np.unravel_index(close, image.shape)
        chosen[place] = np.abs(image[place] - _blur_at(image, taps, place)) > limit
    return chosen


def _tables(group: Group[UsmParameters]) -> Sequence[Floats]:
    taps: Floats = _taps(group).numpy()
    return list(taps)


def _single(image: Image, record: UsmParameters, taps: Floats) -> Image:
    """In float32 where the tolerance allows: it serves the published values in a third of the time."""
    wide = record.weight > 0.75 or record.taps > 51
    # Every fresh array of an image's size costs as much as a pass over it, so each is written over.
    residual = correlate_image_separable(image, taps, taps, wide=wide)
    np.subtract(image, residual, out=residual)
    chosen = _chosen(image, residual, taps, record.residual_limit)
    step = residual
    step *= residual.dtype.type(record.weight)
    step += image
    np.clip(step, 0.0, 1.0, out=step)
    step -= image
    step *= correlate_image_separable(chosen, taps, taps, wide=wide)
    step += image
    return np.asarray(step, np.float32)


def _words(record: UsmParameters) -> str:
    return f"sharpen {record.weight:.2g}, sigma {record.sigma_pixels:.2g} px"


def _strength(record: UsmParameters) -> dict[str, float]:
    return {"sharpen_weight": record.weight, "sharpen_sigma": record.sigma_pixels}


USM = Operator(
    name="usm",
    version=1,
    parameters=UsmParameters,
    forms=Forms(
        kernel=_kernel,
        packed=Packed(MASKED, _packed_taps),
        single=_single,
        tables=_tables,
    ),
    words=Words(
        phrase=_words,
        summary="Unsharp mask with a threshold; clips what it sharpens to [0, 1].",
        formula="y = M s + (1 - M) x, s = clip(x + weight r, 0, 1), r = x - G(sigma) * x, M = G(sigma) * "
        "[|r| > threshold_255 / 255]; sigma in px, 0 is 0.3 ((taps - 1) / 2 - 1) + 0.8",
        source="Wang et al., Real-ESRGAN, ICCV Workshops 2021, its published usm_sharp",
    ),
    facts=Facts(strength=_strength, border="reflect101"),
    ladder=along("weight", 0.25, 0.5, 1.0, 1.5, 2.0),
)

ROWS: tuple[Operator[Any], ...] = (USM,)
