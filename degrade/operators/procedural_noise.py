"""Noise with a stated spatial structure: a coloured spectrum, a smear along a line, Perlin's gradient noise."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from pydantic import Field

from degrade.functional.fields import enlarge_grid, grid_side, grid_weights, octave_weights
from degrade.functional.filtering import correlate_inside
from degrade.functional.gradient_noise import VARIANCE, gradient_weights, lattice_side
from degrade.functional.motion import line_psf, path_radius
from degrade.functional.noise import directions_of_words
from degrade.geometry import Size
from degrade.operators.base import Group, column
from degrade.operators.ladders import along
from degrade.operators.random_fields import (
    FieldParameters,
    Fields,
    law_forms,
)
from degrade.operators.row import Facts, Operator, Words

WORDS = 2.0**32


class ColouredNoiseParameters(FieldParameters):
    """Normal noise whose power falls with frequency, as a sum of octaves."""

    sigma_255: float = Field(
        ge=0.0, le=255.0, description="standard deviation at every pixel on 0..255"
    )
    alpha: float = Field(
        ge=0.0, le=3.0, description="the power spectrum is 1 / f**alpha; 0 white, 1 pink, 2 brown"
    )
    octaves: int = Field(
        default=8,
        ge=1,
        le=10,
        description="octaves below the pixel's; the spectrum is flat under 2**-octaves cycles per pixel",
    )


class SmearedNoiseParameters(FieldParameters):
    """Normal noise moved along a line while it was taken."""

    sigma_255: float = Field(
        ge=0.0, le=255.0, description="standard deviation after the smear, on 0..255"
    )
    length: float = Field(ge=0.0, le=64.0, description="length of the line in pixels; 0 is none")
    angle: float = Field(
        default=0.0,
        ge=-math.pi,
        le=math.pi,
        description="direction of the line in radians, from x (right) towards y (down)",
    )


class PerlinNoiseParameters(FieldParameters):
    """Gradient noise: smooth blotches of about one size, or of several."""

    sigma_255: float = Field(
        ge=0.0, le=255.0, description="standard deviation over keys at every pixel, on 0..255"
    )
    cell_px: float = Field(ge=1.0, le=256.0, description="side of the finest cell in pixels")
    octaves: int = Field(
        default=1,
        ge=1,
        le=8,
        description="number of fields, each twice as coarse as the one before",
    )
    growth: float = Field(
        default=2.0, ge=0.0, le=4.0, description="strength of an octave against the next finer one"
    )


def coloured_law(
    images: torch.Tensor, group: Group[ColouredNoiseParameters], fields: Fields
) -> torch.Tensor:
    """images + sigma_255 / 255 * the weighted sum of normals on grids of pitch 1, 2, 4, ...

    Each grid is enlarged bicubically and divided at each pixel by the norm of its weights. Between 1/64 and
    1/4 cycles per pixel the slope of the spectrum is -alpha within 0.15 and its level within 1.2 dB of the law,
    over all directions; along the axes it is up to 1.6 dB weaker than along the diagonals (alpha = 3).
    """
    octaves = max((record.octaves for record in group.records), default=1)
    weights = group.upload(
        [octave_weights(one.alpha, one.octaves, octaves) for one in group.records], torch.float64
    )
    total = torch.zeros((), dtype=images.dtype, device=images.device)
    for octave in range(octaves):
        field = _octave(images, group, fields, octave)
        total = total + column(weights[:, octave], images) * field
    return images + column(group.floats("sigma_255") / 255.0, images) * total


def _octave(images: torch.Tensor, group: Group[Any], fields: Fields, octave: int) -> torch.Tensor:
    """Normals on a grid of pitch 2**octave, brought to the pixels: unit variance at each."""
    pitch = 2.0**octave
    grids = [
        Size(grid_side(size.height, pitch), grid_side(size.width, pitch)) for size in group.sizes
    ]
    field = fields.normals(octave, grids, _extent(grids))
    pitches = torch.full((1,), pitch, dtype=torch.float64, device=images.device)
    smooth = torch.ones(1, dtype=torch.bool, device=images.device)
    for axis in (2, 3):
        field = enlarge_grid(field, axis, *grid_weights(pitches, smooth, images.shape[axis]))
    return field


def smeared_law(
    images: torch.Tensor, group: Group[SmearedNoiseParameters], fields: Fields
) -> torch.Tensor:
    """images + sigma_255 / 255 * normals correlated with the line's kernel, divided by the kernel's norm."""
    kernels = [_line(record) for record in group.records]
    length = max((len(kernel) for kernel in kernels), default=1)
    # From the sample's own first value on: zeros after a shorter kernel change no bit.
    laid = np.stack([np.pad(kernel, (0, length - len(kernel))) for kernel in kernels])
    grids = [
        Size(size.height + len(kernel) - 1, size.width + len(kernel) - 1)
        for size, kernel in zip(group.sizes, kernels, strict=True)
    ]
    extent = Size(images.shape[2] + length - 1, images.shape[3] + length - 1)
    field = fields.normals(0, grids, extent)
    field = correlate_inside(field, torch.from_numpy(laid).to(images.device))
    return images + column(group.floats("sigma_255") / 255.0, images) * field


def _line(record: SmearedNoiseParameters) -> npt.NDArray[np.float64]:
    """The line's kernel (k, k), its squares summing to one; k of the record's own length."""
    kernel = line_psf([record.length], [record.angle], 2 * path_radius(record.length) + 1)[0]
    found: npt.NDArray[np.float64] = kernel.numpy()
    return found / math.sqrt(math.fsum((found * found).ravel()))


def perlin_law(
    images: torch.Tensor, group: Group[PerlinNoiseParameters], fields: Fields
) -> torch.Tensor:
    """images + sigma_255 / 255 * the weighted sum of gradient noises of cell_px, 2 cell_px, 4 cell_px, ..."""
    octaves = max((record.octaves for record in group.records), default=1)
    weights = group.upload([_perlin_weights(one, octaves) for one in group.records], torch.float64)
    total = torch.zeros((), dtype=images.dtype, device=images.device)
    for octave in range(octaves):
        field = _gradient_field(images, group, fields, octave)
        total = total + column(weights[:, octave], images) * field
    return images + column(group.floats("sigma_255") / 255.0, images) * total


def _perlin_weights(record: PerlinNoiseParameters, length: int) -> list[float]:
    """Of the octaves, their squares summing to one over the variance of gradient noise."""
    raw = [record.growth**octave for octave in range(record.octaves)]
    norm = math.sqrt(VARIANCE * math.fsum(weight * weight for weight in raw))
    return [weight / norm for weight in raw] + [0.0] * (length - record.octaves)


def _gradient_field(
    images: torch.Tensor, group: Group[PerlinNoiseParameters], fields: Fields, octave: int
) -> torch.Tensor:
    """Gradient noise of cells of cell_px * 2**octave, its phase and its gradients from the sample's key."""
    cells = [record.cell_px * 2**octave for record in group.records]
    grids = [
        Size(lattice_side(size.height, cell), lattice_side(size.width, cell))
        for size, cell in zip(group.sizes, cells, strict=True)
    ]
    gradients = directions_of_words(fields.words(2 * octave, grids, _extent(grids)))
    pair = Size(1, 2)
    words = fields.words(2 * octave + 1, [pair] * len(cells), pair)[:, 0, 0]
    phase = (words.to(torch.float64) + 0.5) / WORDS
    sides = group.upload(cells, torch.float64)
    first, blend, slope = gradient_weights(sides, phase[:, 0], images.shape[2])
    across = enlarge_grid(gradients[..., 0], 2, first, blend)
    down = enlarge_grid(gradients[..., 1], 2, first, slope)
    first, blend, slope = gradient_weights(sides, phase[:, 1], images.shape[3])
    return enlarge_grid(across, 3, first, slope) + enlarge_grid(down, 3, first, blend)


def _extent(grids: list[Size]) -> Size:
    return Size(max(grid.height for grid in grids), max(grid.width for grid in grids))


def _grey(record: FieldParameters) -> str:
    return ", grey" if record.grey else ""


def _coloured_words(record: ColouredNoiseParameters) -> str:
    return f"noise {record.sigma_255:.3g}/255 of spectrum 1/f^{record.alpha:.2g}{_grey(record)}"


def _smeared_words(record: SmearedNoiseParameters) -> str:
    angle = math.degrees(record.angle)
    return (
        f"noise {record.sigma_255:.3g}/255 smeared {record.length:.3g} px at {angle:.0f} deg"
        f"{_grey(record)}"
    )


def _perlin_words(record: PerlinNoiseParameters) -> str:
    octaves = f" x {record.octaves} octaves" if record.octaves > 1 else ""
    return (
        f"Perlin noise {record.sigma_255:.3g}/255, {record.cell_px:.3g} px{octaves}{_grey(record)}"
    )


def _strength(record: Any) -> dict[str, float]:
    return {"mid_grey_noise_sigma_255": record.sigma_255}


COLOURED_NOISE = Operator(
    name="coloured_noise",
    version=1,
    parameters=ColouredNoiseParameters,
    forms=law_forms(coloured_law),
    words=Words(
        phrase=_coloured_words,
        summary="Add normal noise of about the spectrum 1/f^alpha, as octaves of interpolated grids.",
        formula="y = x + (sigma_255 / 255) sum_k w_k f_k, f_k: unit normals 2**k px apart, enlarged by "
        "Keys' cubic to variance 1; w_k**2 ~ 2**(k (alpha - 2)) (1 - 2**-alpha), w_0**2 ~ 1, sum "
        "w**2 = 1: power about 1 / f**alpha down to 2**-octaves cycles/px",
        source="definition; Voss, Fractals in nature, 1988, for sums of octaves; Keys 1981 for bicubic",
    ),
    facts=Facts(strength=_strength),
    ladder=along("alpha", 0.0, 1.0, 1.5, 2.0, 3.0, sigma_255=20.0),
)

SMEARED_NOISE = Operator(
    name="smeared_noise",
    version=1,
    parameters=SmearedNoiseParameters,
    forms=law_forms(smeared_law),
    words=Words(
        phrase=_smeared_words,
        summary="Add normal noise smeared along a line, at a stated strength after the smear.",
        formula="y = x + (sigma_255 / 255) (k * n), n ~ N(0, 1), k the line of linear_motion_blur scaled "
        "to sum k**2 = 1",
        source="definition; exact integral of bilinear weights along the line",
    ),
    facts=Facts(strength=_strength),
    ladder=along("length", 0.0, 3.0, 6.0, 12.0, 24.0, sigma_255=20.0, angle=0.5),
)

PERLIN_NOISE = Operator(
    name="perlin_noise",
    version=1,
    parameters=PerlinNoiseParameters,
    forms=law_forms(perlin_law),
    words=Words(
        phrase=_perlin_words,
        summary="Add gradient noise of stated cells and octaves, at a stated strength.",
        formula="y = x + (sigma_255 / 255) sum_k growth**k f_k / norm, f_k(p) = sum over the four "
        "lattice points about p of b(t_y) b(t_x) (g . t), |g| = 1, t the distance in cells of "
        "cell_px 2**k px, b(t) = 1 - 6 |t|**5 + 15 |t|**4 - 10 |t|**3; norm: variance 1",
        source="Perlin, An image synthesizer, 1985; Improving noise, 2002",
    ),
    facts=Facts(strength=_strength),
    ladder=along("cell_px", 2.0, 4.0, 8.0, 16.0, 32.0, sigma_255=15.0),
)

ROWS: tuple[Operator[Any], ...] = (COLOURED_NOISE, SMEARED_NOISE, PERLIN_NOISE)
