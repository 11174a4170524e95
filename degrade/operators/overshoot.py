"""Unsharp masks whose overshoot is the point: oversharpened edges, and the halo alone."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import torch
from pydantic import Field

from degrade.functional.color import BT601, luma
from degrade.functional.filtering import Floats, correlate_image_separable, correlate_separable
from degrade.functional.gpu.call import Tables, starts_in_launches
from degrade.functional.layout import interleaved, planar
from degrade.functional.psf import gaussian_taps
from degrade.operators.base import Group, Image, Parameters, column
from degrade.operators.ladders import along
from degrade.operators.packed import Batch, Form, Launch, Packed, Prepared, sides
from degrade.operators.row import Facts, Forms, Operator, Words, always

LARGEST_FLOAT32_WEIGHT = 0.75


LONGEST_FLOAT32 = 51
"""Up to this share of a residual and these taps, float32 keeps an unsharp mask within the tolerance."""


class OversharpenParameters(Parameters):
    """Unsharp mask: a Gaussian's radius and the share of what it removes."""

    sigma: float = Field(ge=0.3, le=20.0, description="standard deviation in pixels")
    weight: float = Field(ge=0.0, le=10.0, description="share of the residual that is added")

    @property
    def taps(self) -> int:
        return 2 * math.ceil(4.0 * self.sigma) + 1


class HaloParameters(OversharpenParameters):
    """The overshoot alone, on the luma, with a ceiling."""

    limit_255: float = Field(
        gt=0.0, le=255.0, description="largest brightness that is added or taken, on 0..255"
    )
    side: Literal["both", "light", "dark"] = Field(
        default="both", description="whether the light rim, the dark rim or both are drawn"
    )


def _taps(group: Group[Any]) -> torch.Tensor:
    canvas = max((record.taps for record in group.records), default=1)
    return gaussian_taps(group.integers("taps"), group.floats("sigma"), canvas)


def _tables(group: Group[Any]) -> Sequence[Floats]:
    taps: Floats = _taps(group).numpy()
    return list(taps)


def _residual(images: torch.Tensor, group: Group[Any]) -> torch.Tensor:
    """weight * (x - Gaussian of x), float64."""
    taps = _taps(group)
    wide = images.to(torch.float64)
    smooth = correlate_separable(wide, taps, taps, group.heights(), group.widths())
    return column(group.floats("weight"), wide) * (wide - smooth)


def _packed_taps(group: Any, channels: int) -> npt.NDArray[np.float64]:
    """The taps of each sample on the canvas of the longest, (b, k)."""
    taps: npt.NDArray[np.float64] = _taps(group).numpy()
    return taps


def _lines(batch: Batch, planes: int) -> tuple[dict[str, Any], npt.NDArray[np.float64]]:
    """Where each sample's taps and its planes between the launches begin; and all taps end to end."""
    (part,) = batch.parts
    taps, lengths = part.values, np.array([record.taps for record in part.group.records])
    canvas = taps.shape[1] // 2
    own = np.abs(np.arange(taps.shape[1]) - canvas) <= lengths[:, None] // 2
    each = {
        "starts": np.cumsum(lengths) - lengths,
        "reaches": (lengths // 2).astype(np.int32),
        "scratch": starts_in_launches(sides(batch).prod(1) * planes, batch.bounds),
    }
    return each, taps[own]


def _prepare_sharpening(batch: Batch) -> Prepared:
    each, kernels = _lines(batch, batch.channels)
    records = batch.parts[0].group.records
    each["shares"] = np.array([record.weight for record in records], np.float64)

    def begin(tables: Mapping[str, torch.Tensor]) -> Launch:
        from degrade.functional.gpu.sharpen import oversharpen

        return oversharpen

    return Prepared(Tables(each, {"kernels": kernels}), begin)


def _limits(record: Any) -> tuple[float, float, float]:
    """The share, and what is added at least and at most."""
    limit = record.limit_255 / 255.0
    low, high = 0.0 if record.side == "light" else -limit, 0.0 if record.side == "dark" else limit
    return record.weight, low, high


def _prepare_halo(batch: Batch) -> Prepared:
    each, kernels = _lines(batch, 1)
    each["numbers"] = np.array(list(map(_limits, batch.parts[0].group.records)), np.float64)

    def begin(tables: Mapping[str, torch.Tensor]) -> Launch:
        from degrade.functional.gpu.sharpen import halo

        return halo

    return Prepared(Tables(each, {"kernels": kernels}), begin)


SHARPENING = Form("sharpening", _prepare_sharpening, lambda call: 20 * call.values(call.before))
"""Between its launches lie float64 values, and the samples are read once more."""
HALOS = Form(
    "halo", _prepare_halo, lambda call: (4 + 16 // call.channels) * call.values(call.before)
)
"""Between its launches lies one plane of float64."""


def oversharpen(images: torch.Tensor, group: Group[OversharpenParameters]) -> torch.Tensor:
    """x + weight * (x - Gaussian of x), without threshold; nothing is clipped."""
    return (images + _residual(images, group)).to(images.dtype)


def _oversharpen_single(image: Image, record: OversharpenParameters, taps: Floats) -> Image:
    """In float64 where the weight would carry float32's rounding beyond the tolerance."""
    wide = record.weight > LARGEST_FLOAT32_WEIGHT or record.taps > LONGEST_FLOAT32
    rim = correlate_image_separable(image, taps, taps, wide=wide)
    np.subtract(image, rim, out=rim)
    rim *= rim.dtype.type(record.weight)
    rim += image
    return np.asarray(rim, np.float32)


def halo(images: torch.Tensor, group: Group[HaloParameters]) -> torch.Tensor:
    """x + clip(weight * (y - Gaussian of y), -limit, limit) with the luma y, or its one sign alone."""
    rim = _residual(luma(images.to(torch.float64)), group)
    limit = column(group.floats("limit_255") / 255.0, rim)
    low = torch.where(group.equals("side", "light").view(-1, 1, 1, 1), 0.0, -limit)
    high = torch.where(group.equals("side", "dark").view(-1, 1, 1, 1), 0.0, limit)
    return (images + torch.minimum(torch.maximum(rim, low), high)).to(images.dtype)


def _halo_single(image: Image, record: HaloParameters, taps: Floats) -> Image:
    """By planes, since all of them take the one rim."""
    planes = planar(image)
    rim = _luma_of_planes(planes)
    rim -= correlate_image_separable(rim, taps, taps, wide=True)
    rim *= record.weight
    _, low, high = _limits(record)
    np.clip(rim, low, high, out=rim)
    np.add(planes, rim, out=planes, casting="same_kind")
    return interleaved(planes)


def _luma_of_planes(planes: npt.NDArray[np.float32]) -> Floats:
    """`luma` of c h w, as h w in float64."""
    weights = BT601 if len(planes) == 3 else (1.0,)
    total: Floats = np.multiply(planes[0], weights[0], dtype=np.float64)
    for plane, weight in zip(planes[1:], weights[1:], strict=True):
        total += np.multiply(plane, weight, dtype=np.float64)
    return total


def _halo_words(record: HaloParameters) -> str:
    side = "" if record.side == "both" else f" {record.side}"
    return f"halo{side} {record.weight:.2g}, sigma {record.sigma:.2g} px, <= {record.limit_255:.3g}"


OVERSHARPEN = Operator(
    name="oversharpen",
    version=1,
    parameters=OversharpenParameters,
    forms=Forms(
        kernel=oversharpen,
        packed=Packed(SHARPENING, _packed_taps),
        single=_oversharpen_single,
        tables=_tables,
    ),
    words=Words(
        phrase=lambda record: f"oversharpened {record.weight:.2g}, sigma {record.sigma:.2g} px",
        summary="Unsharp mask without threshold; its overshoot is not clipped.",
        formula="y = x + weight (x - G(sigma) * x), sigma in px, cut at 4 sigma",
        source="unsharp mask, Gonzalez and Woods, Digital Image Processing, 3.6.3",
    ),
    facts=Facts(
        strength=lambda record: {"sharpen_weight": record.weight, "sharpen_sigma": record.sigma},
        border="reflect101",
        linear=always,
    ),
    ladder=along("weight", 0.5, 1.0, 2.0, 3.5, 5.0, sigma=1.0),
)


HALO = Operator(
    name="halo",
    version=1,
    parameters=HaloParameters,
    forms=Forms(
        kernel=halo, packed=Packed(HALOS, _packed_taps), single=_halo_single, tables=_tables
    ),
    words=Words(
        phrase=_halo_words,
        summary="Light and dark rims along edges: the luma's overshoot, cut at a limit.",
        formula="y = x + clip(weight (Y - G(sigma) * Y), -l, l), l = limit_255 / 255; `side: light` "
        "keeps what is above 0, `dark` what is below",
        source="own model, from the unsharp mask",
    ),
    facts=Facts(
        strength=lambda record: {"halo_weight": record.weight, "halo_limit_255": record.limit_255},
        border="reflect101",
        channels=(1, 3),
    ),
    ladder=along("limit_255", 8.0, 16.0, 30.0, 50.0, 80.0, sigma=2.0, weight=2.0),
)


ROWS: tuple[Operator[Any], ...] = (OVERSHARPEN, HALO)
