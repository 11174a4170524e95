"""A page as it is printed and scanned again.

No skew: a turn is no scale and shift of each axis, the only geometry that is declared. A tenth of a degree
already moves the edge of a crop of 400 pixels by 0.35, while declared places hold to 0.01: turn the HR instead.
For the dots of a screen put `halftone` before this, for inks out of register `channel_shift`.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from pydantic import Field

from degrade.functional.chroma import take
from degrade.functional.color import linear_to_srgb, srgb_to_linear
from degrade.functional.fields import gaussian_radius, smooth_field
from degrade.functional.fields import gaussian_taps as field_taps
from degrade.functional.filtering import correlate_separable
from degrade.functional.printing import gained, reflectance
from degrade.functional.psf import gaussian_taps
from degrade.geometry import Size
from degrade.operators.base import Group, NoiseKey, Parameters
from degrade.operators.ladders import together
from degrade.operators.packed_printing import PRINTED, blur_sigma, blur_taps
from degrade.operators.random_fields import Fields, law_forms
from degrade.operators.row import Facts, Operator, Words


class PrintAndScanParameters(Parameters):
    """Ink, paper and scanner; by default plain black ink on white paper and a perfect scanner."""

    bleed_px: float = Field(
        default=0.0, ge=0.0, le=8.0, description="standard deviation of the ink's spread in pixels"
    )
    dot_gain: float = Field(
        default=0.0, ge=0.0, le=0.25, description="coverage gained at a coverage of one half"
    )
    yule_nielsen: float = Field(
        default=1.0, ge=1.0, le=4.0, description="spread of light in the paper; 1 is none"
    )
    ink: float = Field(
        default=0.01, ge=0.001, le=0.3, description="reflectance of solid ink, linear light"
    )
    paper_red: float = Field(default=1.0, ge=0.4, le=1.0, description="paper's reflectance")
    paper_green: float = Field(default=1.0, ge=0.4, le=1.0, description="paper's reflectance")
    paper_blue: float = Field(default=1.0, ge=0.4, le=1.0, description="paper's reflectance")
    texture: float = Field(
        default=0.0, ge=0.0, le=0.2, description="standard deviation of the paper, relative"
    )
    texture_px: float = Field(
        default=1.0, ge=0.0, le=8.0, description="Gaussian sigma of the texture in pixels"
    )
    show_through: float = Field(
        default=0.0, ge=0.0, le=0.4, description="share of light lost under solid ink of the back"
    )
    back_blur_px: float = Field(
        default=4.0, ge=0.0, le=20.0, description="Gaussian sigma that the back is seen through"
    )
    scanner_px: float = Field(
        default=0.0, ge=0.0, le=6.0, description="Gaussian sigma of the scanner's optics in pixels"
    )
    streaks: float = Field(
        default=0.0, ge=0.0, le=0.1, description="standard deviation of a column's gain, relative"
    )
    flicker: float = Field(
        default=0.0, ge=0.0, le=0.1, description="standard deviation of a line's gain, relative"
    )
    key: NoiseKey

    @property
    def grey(self) -> bool:
        """Paper's texture and the lamp's and the sensor's gains are alike in all channels."""
        return True


Records = Group[PrintAndScanParameters]


def print_and_scan_law(images: torch.Tensor, group: Records, fields: Fields) -> torch.Tensor:
    """Coverage from light, bleed, dot gain, reflectance, the back's print, texture, scanner: in this order.

    Coverage is 1 - linear light, per channel. The back carries the image's own mirror image. In float64,
    encoded as sRGB at the end. Blurs are symmetric, no field depends on the picture: the front stays in place.
    """
    light = srgb_to_linear(images.to(torch.float64))
    coverage = gained(_blurred(1.0 - light, "bleed_px", group), _column(group, "dot_gain"))
    page = _printed(coverage, group) * _back(coverage, group) * _texture(images, group, fields)
    scanned = _blurred(page, "scanner_px", group) * _gains(images, group, fields)
    return linear_to_srgb(scanned).to(images.dtype)


def _column(group: Records, field: str) -> torch.Tensor:
    return group.floats(field).view(-1, 1, 1, 1)


def _blurred(planes: torch.Tensor, field: str, group: Records) -> torch.Tensor:
    sigmas = [blur_sigma(record, field) for record in group.records]
    sizes = [blur_taps(sigma) for sigma in sigmas]
    taps = gaussian_taps(
        group.upload(sizes, torch.int64), group.upload(sigmas, torch.float64), max(sizes, default=1)
    )
    return correlate_separable(planes, taps, taps, group.heights(), group.widths())


def _printed(coverage: torch.Tensor, group: Records) -> torch.Tensor:
    names = ("green",) if coverage.shape[1] == 1 else ("red", "green", "blue")
    paper = torch.stack([group.floats(f"paper_{name}") for name in names], dim=1)
    n, ink = _column(group, "yule_nielsen"), _column(group, "ink")
    return reflectance(coverage, ink, paper.view(*paper.shape, 1, 1), n)


def _back(coverage: torch.Tensor, group: Records) -> torch.Tensor:
    """Share of light that the back's print lets by: the page turned over left to right."""
    columns = torch.arange(coverage.shape[3], device=coverage.device)
    places = (group.widths().view(-1, 1) - 1 - columns).clamp(min=0)
    seen = _blurred(take(coverage, places, 3), "back_blur_px", group)
    return 1.0 - _column(group, "show_through") * seen


def _texture(images: torch.Tensor, group: Records, fields: Fields) -> torch.Tensor:
    """1 + texture times a Gaussian-filtered field of unit variance, b 1 H W."""
    radii = [gaussian_radius(record.texture_px) for record in group.records]
    length = 2 * max(radii) + 1
    grids = [
        Size(size.height + 2 * radius, size.width + 2 * radius)
        for size, radius in zip(group.sizes, radii, strict=True)
    ]
    extent = Size(images.shape[2] + length - 1, images.shape[3] + length - 1)
    rows = [field_taps(record.texture_px, length) for record in group.records]
    field = smooth_field(fields.normals(0, grids, extent), group.upload(rows, torch.float64))
    return 1.0 + _column(group, "texture") * field


def _gains(images: torch.Tensor, group: Records, fields: Fields) -> torch.Tensor:
    """The gains of the sensor's columns and of the lamp at each line, b 1 H W."""
    height, width = images.shape[2:]
    across = fields.normals(1, [Size(1, size.width) for size in group.sizes], Size(1, width))
    down = fields.normals(2, [Size(size.height, 1) for size in group.sizes], Size(height, 1))
    streaks, flicker = (1.0 + _column(group, "streaks") * across), _column(group, "flicker") * down
    return streaks * (1.0 + flicker)


def _words(record: PrintAndScanParameters) -> str:
    return f"print, bleed {record.bleed_px:.2g} px, gain {record.dot_gain:.2g}; scan {record.scanner_px:.2g} px"


def _strength(record: PrintAndScanParameters) -> dict[str, float]:
    return {
        "blur_sigma_px": math.hypot(record.bleed_px, record.scanner_px),
        "dot_gain": record.dot_gain,
        "paper_texture": record.texture,
    }


PRINT_AND_SCAN = Operator(
    name="print_and_scan",
    version=1,
    parameters=PrintAndScanParameters,
    forms=law_forms(print_and_scan_law, packed=PRINTED),
    words=Words(
        phrase=_words,
        summary="Ink that spreads and gains on textured paper, the back showing through, then a scanner.",
        formula="y = encode(g(i, j) (G(scanner_px) * (R b t))), R = (a ink**(1/n) + (1 - a) "
        "paper**(1/n))**n, n = yule_nielsen, a = v + 4 dot_gain v (1 - v), v = G(bleed_px) * (1 "
        "- decode(x)); b = 1 - show_through (G(back_blur_px) * mirrored a), t = 1 + texture N(0, "
        "1) blurred, g: streaks and flicker, relative",
        source="Murray 1936 and Davies; Yule and Nielsen 1951; gain as ISO 12647 states it; scanner: own model",
    ),
    facts=Facts(strength=_strength, border="reflect101", channels=(1, 3)),
    ladder=together(
        192,
        bleed_px=(0.3, 0.5, 0.8, 1.2, 1.8),
        dot_gain=(0.04, 0.08, 0.12, 0.18, 0.24),
        paper_blue=(0.97, 0.93, 0.88, 0.8, 0.7),
        texture=(0.01, 0.02, 0.04, 0.06, 0.1),
        show_through=(0.0, 0.03, 0.06, 0.12, 0.2),
        scanner_px=(0.3, 0.4, 0.6, 0.8, 1.2),
    ),
)

ROWS: tuple[Operator[Any], ...] = (PRINT_AND_SCAN,)
