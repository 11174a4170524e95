"""Blur by a drawn point spread function: Gaussian, generalised Gaussian, plateau and circular sinc.

Ranges and names follow Real-ESRGAN; what the nominal sigma does to an image is told by `effective_sigma`.
"""

from __future__ import annotations

import math
from typing import Annotated, Any

import numpy as np
import torch
from pydantic import AfterValidator, Field

from degrade.functional import filtering, psf
from degrade.functional.filtering import Floats
from degrade.functional.gpu.kinds import (
    GAUSSIAN_PSF,
    GENERALISED_PSF,
    PLATEAU_PSF,
    PSF_NUMBERS,
    SINC_PSF,
)
from degrade.functional.mtf import mtf50
from degrade.operators.base import Group, Image, Parameters
from degrade.operators.ladders import along, anisotropic
from degrade.operators.psf_blur import (
    correlating,
    one_psf,
    packed_blur,
    psf_row,
    psf_single,
    psf_strength,
    psf_tables,
)
from degrade.operators.row import Facts, Forms, Operator, Words, always

LONGEST_PLAIN = 25
"""Taps up to which float32 sums of the image as it is are exact enough."""

LONGEST_SEPARABLE = 75
"""Taps from which OpenCV's DFT is as quick as two passes."""

REAL_ESRGAN = "Wang et al., Real-ESRGAN, ICCV Workshops 2021, section 3.1"


def _odd(size: int) -> int:
    if size % 2 == 0:
        raise ValueError(
            f"a kernel's size must be odd, since it has a centre pixel; got {size}, "
            f"use {size - 1} or {size + 1}"
        )
    return size


KernelSize = Annotated[
    int, Field(ge=1, le=101, description="side of the kernel in pixels, odd"), AfterValidator(_odd)
]
Sigma = Annotated[float, Field(gt=0, le=100)]
Beta = Annotated[float, Field(gt=0, le=16)]
Border = Annotated[
    filtering.Border,
    Field(description="pixels beyond the border: mirrored about the outermost one, or it repeated"),
]


class SincBlurParameters(Parameters):
    """Up to 31 taps: the lobes of larger ones would leave the tolerance between the two forms."""

    size: Annotated[KernelSize, Field(le=31)]
    cutoff: float = Field(gt=0, le=math.pi, description="cutoff in radians per pixel; pi keeps all")
    border: Border = "reflect101"


class GaussianBlurParameters(Parameters):
    size: KernelSize
    sigma_x: Sigma = Field(description="standard deviation along the kernel's first axis, pixels")
    sigma_y: Sigma = Field(description="standard deviation along the kernel's second axis, pixels")
    angle: float = Field(
        default=0.0,
        ge=-math.pi,
        le=math.pi,
        description="turns the first axis from x (right) towards y (down), radians",
    )
    border: Border = "reflect101"


class GeneralisedGaussianBlurParameters(GaussianBlurParameters):
    beta: Beta = Field(description="exponent of the quadratic form; 1 is the Gaussian")


class PlateauBlurParameters(GaussianBlurParameters):
    beta: Beta = Field(description="exponent of the quadratic form; more is squarer")


def _canvas(group: Group[Any]) -> int:
    return int(group.numbers("size").max(initial=1.0))


def _gaussian_psfs(group: Group[GaussianBlurParameters]) -> torch.Tensor:
    sigmas = group.floats("sigma_x"), group.floats("sigma_y")
    return psf.gaussian_psf(
        group.integers("size"), *sigmas, group.floats("angle"), canvas=_canvas(group)
    )


def _generalised_psfs(group: Group[GeneralisedGaussianBlurParameters]) -> torch.Tensor:
    sigmas = group.floats("sigma_x"), group.floats("sigma_y")
    shape = group.floats("angle"), group.floats("beta")
    return psf.generalised_gaussian_psf(
        group.integers("size"), *sigmas, *shape, canvas=_canvas(group)
    )


def _plateau_psfs(group: Group[PlateauBlurParameters]) -> torch.Tensor:
    sigmas = group.floats("sigma_x"), group.floats("sigma_y")
    shape = group.floats("angle"), group.floats("beta")
    return psf.plateau_psf(group.integers("size"), *sigmas, *shape, canvas=_canvas(group))


def _sinc_psfs(group: Group[SincBlurParameters]) -> torch.Tensor:
    return psf.sinc_psf(group.integers("size"), group.floats("cutoff"), canvas=_canvas(group))


NO_FURTHER = 7.4
"""Sigmas beyond which a Gaussian is 0 on the grid: exp(-7.4**2 / 2) is less than half of 2**-38."""


def _numbers(group: Group[Any], kind: int, *fields: str) -> Floats:
    """Rows of `gpu.psfs`: as far as half the size, and the fields."""
    rows = np.zeros((PSF_NUMBERS, len(group.sizes)))
    rows[0] = kind
    rows[1] = group.numbers("size") // 2
    for row, field in zip(rows[2:], fields, strict=False):
        row[:] = group.numbers(field)
    return rows.T


FORM = "sigma_x", "sigma_y", "angle"
"""The fields of a quadratic form."""


def _gaussian_numbers(group: Group[GaussianBlurParameters]) -> Floats:
    rows = _numbers(group, GAUSSIAN_PSF, *FORM)
    rows[:, 1] = np.minimum(rows[:, 1], np.ceil(NO_FURTHER * rows[:, 2:4].max(axis=1)))
    return rows


def _generalised_numbers(group: Group[GeneralisedGaussianBlurParameters]) -> Floats:
    return _numbers(group, GENERALISED_PSF, *FORM, "beta")


def _plateau_numbers(group: Group[PlateauBlurParameters]) -> Floats:
    return _numbers(group, PLATEAU_PSF, *FORM, "beta")


def _sinc_numbers(group: Group[SincBlurParameters]) -> Floats:
    return _numbers(group, SINC_PSF, "cutoff")


def _separable(record: GaussianBlurParameters) -> bool:
    """Axis-aligned and isotropic Gaussians are, which pays up to a length."""
    aligned = record.angle == 0.0 or record.sigma_x == record.sigma_y
    return aligned and record.size <= LONGEST_SEPARABLE


def _gaussian_tables(group: Group[GaussianBlurParameters]) -> list[tuple[Floats, ...]]:
    """The taps along x and along y of a separable kernel, the whole kernel of another."""
    sizes, canvas = group.integers("size"), _canvas(group)
    taps = [psf.gaussian_taps(sizes, group.floats(f"sigma_{axis}"), canvas) for axis in "xy"]
    kernels = _gaussian_psfs(group)
    return [
        (taps[0][i].numpy(), taps[1][i].numpy()) if _separable(record) else (kernels[i].numpy(),)
        for i, record in enumerate(group.records)
    ]


def _gaussian_single(
    image: Image, record: GaussianBlurParameters, table: tuple[Floats, ...]
) -> Image:
    if len(table) == 1:
        return filtering.correlate_image(image, table[0], record.border)
    taps_x, taps_y = table
    if record.size > LONGEST_PLAIN:
        return filtering.correlate_image_long(image, taps_y, taps_x, record.border)
    return filtering.correlate_image_separable(image, taps_y, taps_x, record.border)


def _sinc_strength(record: SincBlurParameters) -> dict[str, float]:
    """A low-pass filter's second moment tells nothing; its band does."""
    return {
        "cutoff_cycles_per_pixel": record.cutoff / (2.0 * math.pi),
        "mtf50": mtf50(one_psf(_sinc_psfs, record)),
    }


def _words(record: GaussianBlurParameters) -> str:
    if record.sigma_x == record.sigma_y:
        return f"blur {record.sigma_x:.2g} px"
    degrees = round(math.degrees(record.angle))
    return f"blur {record.sigma_x:.2g} x {record.sigma_y:.2g} px at {degrees} deg"


def _generalised_words(record: GeneralisedGaussianBlurParameters) -> str:
    return f"generalised {_words(record)}, beta {record.beta:.2g}"


def _plateau_words(record: PlateauBlurParameters) -> str:
    return f"plateau {_words(record)}, beta {record.beta:.2g}"


def _sinc_words(record: SincBlurParameters) -> str:
    return f"sinc low-pass at {record.cutoff / (2.0 * math.pi):.2g} cycles/px, {record.size} taps"


GAUSSIAN_BLUR = Operator(
    name="gaussian_blur",
    version=1,
    parameters=GaussianBlurParameters,
    forms=Forms(
        kernel=correlating(_gaussian_psfs),
        packed=packed_blur(_gaussian_psfs, _gaussian_numbers),
        single=_gaussian_single,
        tables=_gaussian_tables,
    ),
    words=Words(
        phrase=_words,
        summary="Blur with a Gaussian, isotropic or not.",
        formula="y = k * x, k(d) = exp(-q / 2) / sum, q = d^T S**-1 d, S = U diag(sigma_x**2, "
        "sigma_y**2) U^T in px**2, U the turn by angle; size x size taps",
        source=REAL_ESRGAN,
    ),
    facts=Facts(
        strength=psf_strength(_gaussian_psfs),
        border="reflect101 or replicate",
        optical=True,
        linear=always,
    ),
    ladder=anisotropic(),
)

GENERALISED_GAUSSIAN_BLUR = psf_row(
    name="generalised_gaussian_blur",
    parameters=GeneralisedGaussianBlurParameters,
    psfs=_generalised_psfs,
    numbers=_generalised_numbers,
    words=Words(
        phrase=_generalised_words,
        summary="Blur with a generalised Gaussian, exp(-q**beta / 2).",
        formula="y = k * x, k(d) = exp(-q**beta / 2) / sum, q = d^T S**-1 d, S = U diag(sigma_x**2, "
        "sigma_y**2) U^T in px**2, U the turn by angle; size x size taps",
        source=REAL_ESRGAN,
    ),
    border="reflect101 or replicate",
    ladder=anisotropic(beta=0.7),
)

PLATEAU_BLUR = psf_row(
    name="plateau_blur",
    parameters=PlateauBlurParameters,
    psfs=_plateau_psfs,
    numbers=_plateau_numbers,
    words=Words(
        phrase=_plateau_words,
        summary="Blur with a plateau-shaped kernel, 1 / (1 + q**beta).",
        formula="y = k * x, k(d) = 1 / (1 + q**beta) / sum, q = d^T S**-1 d, S = U diag(sigma_x**2, "
        "sigma_y**2) U^T in px**2, U the turn by angle; size x size taps",
        source=REAL_ESRGAN,
    ),
    border="reflect101 or replicate",
    ladder=anisotropic(beta=1.5),
)

SINC_BLUR = Operator(
    name="sinc_blur",
    version=1,
    parameters=SincBlurParameters,
    forms=Forms(
        kernel=correlating(_sinc_psfs),
        packed=packed_blur(_sinc_psfs, _sinc_numbers),
        single=psf_single,
        tables=psf_tables(_sinc_psfs),
    ),
    words=Words(
        phrase=_sinc_words,
        summary="Circular low-pass filter that rings and overshoots.",
        formula="y = k * x, k(d) = cutoff J1(cutoff r) / (2 pi r) / sum, r = |d| px, at r = 0 cutoff**2 "
        "/ (4 pi); size x size taps, no window",
        source=f"{REAL_ESRGAN}, equation 6",
    ),
    facts=Facts(
        strength=_sinc_strength, border="reflect101 or replicate", optical=True, linear=always
    ),
    ladder=along("cutoff", 2.6, 2.1, 1.6, 1.2, 0.8, size=21),
)

ROWS: tuple[Operator[Any], ...] = (
    GAUSSIAN_BLUR,
    GENERALISED_GAUSSIAN_BLUR,
    PLATEAU_BLUR,
    SINC_BLUR,
)
