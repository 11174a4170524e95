"""Analogue video: what a composite wire, a tape and its player leave of a picture."""

from __future__ import annotations

from typing import Any

import torch
from pydantic import Field, model_validator

from degrade.functional.analogue import (
    along_lines,
    band_taps,
    carriers,
    cutoff_sigma,
    through_composite,
)
from degrade.functional.color import RGB_FROM_YCBCR, YCBCR_FROM_RGB, apply_matrix
from degrade.functional.sampling import grid, read_along
from degrade.geometry import Size
from degrade.operators.base import Group, NoiseKey, Parameters, column
from degrade.operators.ladders import together
from degrade.operators.packed_analogue import PACKED_ANALOGUE
from degrade.operators.random_fields import Fields, law_forms
from degrade.operators.row import Facts, Operator, Words


class AnalogueVideoParameters(Parameters):
    """Bands, crosstalk, timing and noise; the defaults are VHS at 720 pixels a line."""

    luma_cutoff: float = Field(
        default=0.222, ge=0.05, le=0.5, description="cycles per pixel at which luma is halved"
    )
    chroma_cutoff: float = Field(
        default=0.037, ge=0.01, le=0.15, description="cycles per pixel at which chroma is halved"
    )
    peaking: float = Field(
        default=0.0,
        ge=0.0,
        le=3.0,
        description="luma sharpening: share added of the luma that a band half as wide would take away",
    )
    composite: float = Field(
        default=0.0, ge=0.0, le=1.0, description="0: luma and chroma on two wires; 1: on one"
    )
    subcarrier_px: float = Field(
        default=3.77, ge=2.2, le=16.0, description="period of the colour subcarrier in pixels"
    )
    subcarrier_phase: float = Field(
        default=0.0, ge=0.0, le=1.0, description="of the subcarrier at the first pixel, in turns"
    )
    chroma_delay_px: float = Field(
        default=0.0, ge=-16.0, le=16.0, description="chroma to the right of the luma, which stays"
    )
    jitter_px: float = Field(
        default=0.0,
        ge=0.0,
        le=4.0,
        description="standard deviation of the lines' shift; the two lines of a pair move apart evenly",
    )
    hue_sigma: float = Field(
        default=0.0, ge=0.0, le=1.0, description="standard deviation of a line's hue, radians"
    )
    luma_noise_255: float = Field(
        default=0.0, ge=0.0, le=64.0, description="standard deviation within luma's band, on 0..255"
    )
    chroma_noise_255: float = Field(
        default=0.0,
        ge=0.0,
        le=64.0,
        description="standard deviation of Cb and of Cr within chroma's band, on 0..255",
    )
    key: NoiseKey

    @model_validator(mode="after")
    def _apart(self) -> AnalogueVideoParameters:
        if self.composite and self.chroma_cutoff * self.subcarrier_px > 0.5:
            raise ValueError(
                f"chroma_cutoff {self.chroma_cutoff:g} with a subcarrier of {self.subcarrier_px:g} pixels: "
                f"expected at most half the subcarrier's frequency, {0.5 / self.subcarrier_px:.4g}; "
                "lower chroma_cutoff, or set composite to 0"
            )
        return self


Records = Group[AnalogueVideoParameters]


def analogue_video_law(images: torch.Tensor, group: Records, fields: Fields) -> torch.Tensor:
    """Noise, band limits, one wire or two, chroma's delay and hue, peaking, the lines' timing: in this order.

    In float64 on gamma-encoded BT.601 Y, Cb, Cr. A grey image is its own luma and meets no subcarrier. Within
    a filter's reach of the left and right border, where the mirror image is seen too, noise is up to 1.4 times
    as strong. The one wire and peaking act on the noise as on the picture.
    """
    wide, normals = images.to(torch.float64), fields.normals(0)
    lines = fields.normals(1, [Size(size.height, 1) for size in group.sizes], _one_column(images))
    if images.shape[1] == 1:
        luma = _peaked(_banded("luma", wide, normals, group), group)
        return _jittered(luma, lines[:, :1], group).to(images.dtype)
    luma, chroma = torch.split(apply_matrix(wide, YCBCR_FROM_RGB), [1, 2], dim=1)
    luma = _banded("luma", luma, normals[:, :1], group)
    chroma = _banded("chroma", chroma, normals[:, 1:], group)
    planes = _one_wire(torch.cat([luma, chroma], dim=1), group)
    luma, chroma = torch.split(planes, [1, 2], dim=1)
    chroma = _turned(_delayed(chroma, group), lines[:, 1:2], group)
    planes = torch.cat([_peaked(luma, group), chroma], dim=1)
    return apply_matrix(_jittered(planes, lines[:, :1], group), RGB_FROM_YCBCR).to(images.dtype)


def _one_column(images: torch.Tensor) -> Size:
    return Size(images.shape[2], 1)


def _taps(name: str, group: Records, share: float = 1.0) -> torch.Tensor:
    """The band of `luma` or `chroma`, its cutoff times a share."""
    cutoffs = [share * getattr(record, f"{name}_cutoff") for record in group.records]
    return band_taps(cutoffs, group.device)


def _banded(name: str, planes: torch.Tensor, normals: torch.Tensor, group: Records) -> torch.Tensor:
    """Planes and their noise through one Gaussian; the norm undoes what that takes from white noise."""
    taps = _taps(name, group)
    sigma = group.floats(f"{name}_noise_255") / 255.0 / taps.square().sum(1).sqrt()
    noisy = planes + column(sigma, planes) * normals
    return along_lines(noisy, taps, group.heights(), group.widths())


def _one_wire(planes: torch.Tensor, group: Records) -> torch.Tensor:
    """Y, Cb, Cr mixed with what a composite signal leaves of them."""
    waves = carriers(planes, group.floats("subcarrier_px"), group.floats("subcarrier_phase"))
    taps, sizes = _taps("chroma", group), (group.heights(), group.widths())
    share = column(group.floats("composite"), planes)
    return planes + share * (through_composite(planes, waves, taps, *sizes) - planes)


def _delayed(chroma: torch.Tensor, group: Records) -> torch.Tensor:
    places = grid(chroma)[1] - column(group.floats("chroma_delay_px"), chroma)
    return read_along(chroma, 3, places, group.widths())


def _turned(chroma: torch.Tensor, normals: torch.Tensor, group: Records) -> torch.Tensor:
    """Cb and Cr turned by each line's error of phase; normals b 1 H 1."""
    angle = column(group.floats("hue_sigma"), chroma) * normals
    cosine, sine = torch.cos(angle), torch.sin(angle)
    blue, red = torch.split(chroma, 1, dim=1)
    return torch.cat([cosine * blue - sine * red, sine * blue + cosine * red], dim=1)


def _peaked(luma: torch.Tensor, group: Records) -> torch.Tensor:
    """Y + peaking (Y - Y through a band half as wide)."""
    narrow = along_lines(luma, _taps("luma", group, 0.5), group.heights(), group.widths())
    return luma + column(group.floats("peaking"), luma) * (luma - narrow)


def _jittered(planes: torch.Tensor, normals: torch.Tensor, group: Records) -> torch.Tensor:
    """Lines 2 k and 2 k + 1, of the two fields, shifted right and left by the same; an odd last line stays.

    normals: b 1 H 1, line 2 k's number counts for both.
    """
    rows, columns = grid(planes)
    even = 2 * torch.div(rows, 2, rounding_mode="floor")
    paired = normals.gather(2, even.to(torch.int64).expand(normals.shape))
    side = torch.where(rows == even, 1.0, -1.0) * (even + 1 < column(group.heights(), planes))
    shift = column(group.floats("jitter_px"), planes) * side * paired
    return read_along(planes, 3, columns - shift, group.widths())


def _words(record: AnalogueVideoParameters) -> str:
    lines = f"analogue video, luma {record.luma_cutoff:.2g}, chroma {record.chroma_cutoff:.2g} c/px"
    return f"{lines}, composite" if record.composite else lines


def _strength(record: AnalogueVideoParameters) -> dict[str, float]:
    return {
        "luma_sigma_px": cutoff_sigma(record.luma_cutoff),
        "chroma_sigma_px": cutoff_sigma(record.chroma_cutoff),
        "luma_noise_sigma_255": record.luma_noise_255,
    }


ANALOGUE_VIDEO = Operator(
    name="analogue_video",
    version=1,
    parameters=AnalogueVideoParameters,
    forms=law_forms(analogue_video_law, PACKED_ANALOGUE),
    words=Words(
        phrase=_words,
        summary="Composite video or tape: bands of luma and chroma, crosstalk, unsteady lines, noise.",
        formula="(Y, C) = (B_l (Y + n_l), B_c (C + n_c)); (Y, C) += composite ((Y, C) through s = Y + U "
        "sin + V cos - (Y, C)); C delayed by chroma_delay_px, turned by N(0, hue_sigma**2) a "
        "line; Y += peaking (Y - B_l/2 Y); lines moved by +-N(0, jitter_px**2); B: Gaussian "
        "along the line, 1/2 at the cutoff in cycles/px",
        source="own model; signal of SMPTE 170M and ITU-R BT.470, one-line decoder",
    ),
    facts=Facts(strength=_strength, border="reflect101", channels=(1, 3)),
    ladder=together(
        192,
        luma_cutoff=(0.4, 0.31, 0.22, 0.18, 0.13),
        chroma_cutoff=(0.12, 0.096, 0.05, 0.037, 0.025),
        composite=(0.0, 0.5, 1.0, 1.0, 1.0),
        jitter_px=(0.0, 0.1, 0.3, 0.6, 1.2),
        luma_noise_255=(0.0, 2.0, 4.0, 8.0, 14.0),
        chroma_noise_255=(0.0, 2.0, 6.0, 12.0, 20.0),
    ),
)

ROWS: tuple[Operator[Any], ...] = (ANALOGUE_VIDEO,)
