"""Noise with a spatial correlation: scaled noise and film grain."""

from __future__ import annotations

from typing import Any, Literal

import torch
from pydantic import Field

from degrade.functional.fields import (
    enlarge_grid,
    gaussian_radius,
    gaussian_taps,
    grid_side,
    grid_weights,
    smooth_field,
)
from degrade.functional.film import grain_sigma
from degrade.geometry import Size
from degrade.operators.base import Group, column
from degrade.operators.ladders import along
from degrade.operators.random_fields import (
    FieldParameters,
    Fields,
    law_forms,
)
from degrade.operators.row import Facts, Operator, Words


class ScaledNoiseParameters(FieldParameters):
    """Normal noise on a coarse grid, enlarged, as in an image that was enlarged after it was taken."""

    sigma_255: float = Field(
        ge=0.0, le=255.0, description="standard deviation at every pixel on 0..255"
    )
    pitch_px: float = Field(ge=1.0, le=64.0, description="distance of the grid's points in pixels")
    filter: Literal["bilinear", "bicubic"] = Field(
        default="bicubic", description="how the grid is enlarged; bicubic is Keys', a = -0.5"
    )


class FilmGrainParameters(FieldParameters):
    """Grain whose strength follows the density that grains of one size give."""

    sigma_255: float = Field(
        ge=0.0, le=255.0, description="standard deviation at the grey level 1/2, on 0..255"
    )
    size_px: float = Field(
        default=0.8,
        ge=0.0,
        le=4.0,
        description="standard deviation of the Gaussian that the grain is seen through, in pixels",
    )


def scaled_law(
    images: torch.Tensor, group: Group[ScaledNoiseParameters], fields: Fields
) -> torch.Tensor:
    """images + sigma_255 / 255 * the enlarged grid, divided at each pixel by the norm of its weights."""
    grids = [
        Size(grid_side(size.height, record.pitch_px), grid_side(size.width, record.pitch_px))
        for size, record in zip(group.sizes, group.records, strict=True)
    ]
    extent = Size(max(grid.height for grid in grids), max(grid.width for grid in grids))
    field = fields.normals(0, grids, extent)
    pitch, smooth = group.floats("pitch_px"), group.equals("filter", "bicubic")
    for axis in (2, 3):
        first, weights = grid_weights(pitch, smooth, images.shape[axis])
        field = enlarge_grid(field, axis, first, weights)
    return images + column(group.floats("sigma_255") / 255.0, images) * field


def film_grain_law(
    images: torch.Tensor, group: Group[FilmGrainParameters], fields: Fields
) -> torch.Tensor:
    """images + sigma_255 / 255 * sqrt(V(x) / V(1/2)) * a Gaussian-filtered field of unit variance.

    V is the variance of Newson et al.'s grains that cover the share x (see `degrade.functional.film`); their
    sum in a pixel is taken as normal. A gradient passes by the image alone, not by the grain's strength.
    """
    radii = [gaussian_radius(record.size_px) for record in group.records]
    length = 2 * max(radii) + 1
    grids = [
        Size(size.height + 2 * radius, size.width + 2 * radius)
        for size, radius in zip(group.sizes, radii, strict=True)
    ]
    extent = Size(images.shape[2] + length - 1, images.shape[3] + length - 1)
    taps = group.upload(
        [gaussian_taps(record.size_px, length) for record in group.records], torch.float64
    )
    field = smooth_field(fields.normals(0, grids, extent), taps)
    sigma = column(group.floats("sigma_255") / 255.0, images)
    return images + (sigma * grain_sigma(images)) * field


def _grey(record: FieldParameters) -> str:
    return ", grey" if record.grey else ""


def _scaled_words(record: ScaledNoiseParameters) -> str:
    return (
        f"noise {record.sigma_255:.3g}/255 enlarged x {record.pitch_px:.3g} {record.filter}"
        f"{_grey(record)}"
    )


def _film_grain_words(record: FilmGrainParameters) -> str:
    return f"film grain {record.sigma_255:.3g}/255, {record.size_px:.2g} px{_grey(record)}"


def _strength(record: Any) -> dict[str, float]:
    return {"mid_grey_noise_sigma_255": record.sigma_255}


SCALED_NOISE = Operator(
    name="scaled_noise",
    version=1,
    parameters=ScaledNoiseParameters,
    forms=law_forms(scaled_law),
    words=Words(
        phrase=_scaled_words,
        summary="Add normal noise of a coarse grid, enlarged, at a stated strength.",
        formula="y(p) = x(p) + (sigma_255 / 255) sum_i w_i(p) n(i) / sqrt(sum_i w_i(p)**2), n ~ N(0, 1) "
        "on a grid pitch_px apart, w: bilinear or Keys' cubic weights",
        source="definition; Keys 1981 for bicubic",
    ),
    facts=Facts(strength=_strength),
    ladder=along("pitch_px", 1.0, 1.5, 2.5, 4.0, 8.0, sigma_255=15.0),
)

FILM_GRAIN = Operator(
    name="film_grain",
    version=1,
    parameters=FilmGrainParameters,
    forms=law_forms(film_grain_law),
    words=Words(
        phrase=_film_grain_words,
        summary="Add correlated noise whose strength follows the density of film grains.",
        formula="y = x + (sigma_255 / 255) sqrt(V(x) / V(1/2)) (g * n), n ~ N(0, 1), g = G(size_px) "
        "scaled to sum g**2 = 1, V(u) = (1 - u)**2 int_0^2 ((1 - u)**-t - 1) s ds, t(s) the "
        "overlap of two unit disks s apart",
        source="Newson, Delon, Galerne, A stochastic film grain model, 2017: variance of its Boolean model",
    ),
    facts=Facts(strength=_strength),
    ladder=along("sigma_255", 3.0, 6.0, 10.0, 16.0, 25.0, size_px=0.8),
)

ROWS: tuple[Operator[Any], ...] = (SCALED_NOISE, FILM_GRAIN)
