"""Noise independent from pixel to pixel: speckle, salt and pepper, uniform, Laplace, Rician."""

from __future__ import annotations

import math
from typing import Any

import torch
from pydantic import Field

from degrade.operators.base import LEAST, Group, column
from degrade.operators.ladders import SIGMAS, along
from degrade.operators.packed_noise import PACKED_SPECKLE
from degrade.operators.random_fields import (
    FieldParameters,
    Fields,
    law_forms,
)
from degrade.operators.row import Facts, Operator, Words

MID_GREY = 128 / 255


class StatedNoiseParameters(FieldParameters):
    """Noise of a stated standard deviation."""

    sigma_255: float = Field(ge=0.0, le=255.0, description="standard deviation on 0..255")


class SpeckleNoiseParameters(FieldParameters):
    """Normal noise in proportion to the image."""

    sigma_255: float = Field(ge=0.0, le=255.0, description="standard deviation at white on 0..255")


class RicianNoiseParameters(FieldParameters):
    """The magnitude of a complex value with normal noise in both parts."""

    sigma_255: float = Field(
        ge=LEAST, le=255.0, description="standard deviation of each part on 0..255"
    )


class SaltPepperNoiseParameters(FieldParameters):
    """Impulses: values that are lost to white or black."""

    amount: float = Field(ge=0.0, le=1.0, description="share of values that are lost")
    salt: float = Field(default=0.5, ge=0.0, le=1.0, description="share of these that turn white")


def speckle_law(
    images: torch.Tensor, group: Group[SpeckleNoiseParameters], fields: Fields
) -> torch.Tensor:
    """images * (1 + sigma_255 / 255 * unit normals)."""
    return images + images * (_sigma(images, group) * fields.normals(0))


def uniform_law(
    images: torch.Tensor, group: Group[StatedNoiseParameters], fields: Fields
) -> torch.Tensor:
    """images + a uniform number in +-sqrt(3) sigma_255 / 255."""
    centred = ((fields.words(0) >> 9).to(torch.float32) + 0.5) * 2.0**-23 - 0.5
    width = column(group.floats("sigma_255") * (math.sqrt(12.0) / 255.0), images)
    return images + width * centred


def laplace_law(
    images: torch.Tensor, group: Group[StatedNoiseParameters], fields: Fields
) -> torch.Tensor:
    """images + a Laplace number of that standard deviation, which is sqrt(2) times its scale.

    Its magnitude is half the sum of two squared normals, which is an exponential number of mean 1 and, unlike a
    logarithm, has the same bits everywhere. Its sign is the first bit of another word.
    """
    first, second = fields.normals(0), fields.normals(1)
    magnitude = 0.5 * (first * first + second * second)
    sign = ((fields.words(2) >> 31) * 2 - 1).to(images.dtype)
    scale = column(group.floats("sigma_255") / (255.0 * math.sqrt(2.0)), images)
    return images + scale * (sign * magnitude)


def rician_law(
    images: torch.Tensor, group: Group[RicianNoiseParameters], fields: Fields
) -> torch.Tensor:
    """sqrt((x + s n)**2 + (s m)**2), n and m unit normals, s = sigma_255 / 255: brighter than x on average."""
    sigma = _sigma(images, group)
    real, imaginary = images + sigma * fields.normals(0), sigma * fields.normals(1)
    squared = real * real + imaginary * imaginary
    # A float32 root may be an ulp off on a CPU.
    return torch.sqrt(squared.to(torch.float64)).to(images.dtype)


def salt_pepper_law(
    images: torch.Tensor, group: Group[SaltPepperNoiseParameters], fields: Fields
) -> torch.Tensor:
    """A random word below salt * amount * 2**32 makes a value 1, else one below amount * 2**32 makes it 0."""
    words = fields.words(0)
    lost, salted = (
        group.upload([round(share * 2**32) for share in shares], torch.int64).view(-1, 1, 1, 1)
        for shares in (
            [record.amount for record in group.records],
            [record.amount * record.salt for record in group.records],
        )
    )
    white = (words < salted).to(images.dtype)
    return torch.where(words < lost, white, images)


def _sigma(images: torch.Tensor, group: Group[Any]) -> torch.Tensor:
    return column(group.floats("sigma_255") / 255.0, images)


def rician_moments(level: float, sigma: float) -> tuple[float, float]:
    """Mean and standard deviation of Rician noise at a level; sigma > 0 in the level's unit.

    Source: Gudbjartsson and Patz, "The Rician distribution of noisy MRI data", 1995.
    """
    z = torch.tensor(level * level / (4.0 * sigma * sigma), dtype=torch.float64)
    bessel = (1.0 + 2.0 * z) * torch.special.i0e(z) + 2.0 * z * torch.special.i1e(z)
    mean = sigma * math.sqrt(math.pi / 2.0) * float(bessel)
    return mean, math.sqrt(max(0.0, level * level + 2.0 * sigma * sigma - mean * mean))


def _words(name: str, record: Any) -> str:
    return f"{name} noise {record.sigma_255:.3g}/255{', grey' if record.grey else ''}"


def _salt_pepper_words(record: SaltPepperNoiseParameters) -> str:
    kind = ", grey" if record.grey else ""
    return f"salt and pepper {100 * record.amount:.3g} %, {100 * record.salt:.3g} % salt{kind}"


def _stated_strength(record: Any) -> dict[str, float]:
    return {"mid_grey_noise_sigma_255": record.sigma_255}


def _speckle_strength(record: SpeckleNoiseParameters) -> dict[str, float]:
    return {"mid_grey_noise_sigma_255": record.sigma_255 * MID_GREY}


def _rician_strength(record: RicianNoiseParameters) -> dict[str, float]:
    mean, sigma = rician_moments(255.0 * MID_GREY, record.sigma_255)
    return {"mid_grey_noise_sigma_255": sigma, "mid_grey_bias_255": mean - 255.0 * MID_GREY}


def _salt_pepper_strength(record: SaltPepperNoiseParameters) -> dict[str, float]:
    """Standard deviation and mean of the change at level 128."""
    up, down = 1.0 - MID_GREY, -MID_GREY
    mean = record.amount * (record.salt * up + (1.0 - record.salt) * down)
    square = record.amount * (record.salt * up * up + (1.0 - record.salt) * down * down)
    sigma = math.sqrt(max(0.0, square - mean * mean))
    return {"mid_grey_noise_sigma_255": 255.0 * sigma, "mid_grey_bias_255": 255.0 * mean}


SPECKLE_NOISE = Operator(
    name="speckle_noise",
    version=1,
    parameters=SpeckleNoiseParameters,
    forms=law_forms(speckle_law, packed=PACKED_SPECKLE),
    words=Words(
        phrase=lambda record: _words("speckle", record),
        summary="Add normal noise in proportion to the image.",
        formula="y = x + x n, n ~ N(0, (sigma_255 / 255)**2) per value, with `grey` per pixel",
        source="Zhang et al., BSRGAN, 2021 (add_speckle_noise)",
    ),
    facts=Facts(strength=_speckle_strength),
    ladder=along("sigma_255", 5.0, 15.0, 30.0, 50.0, 80.0),
)

SALT_PEPPER_NOISE = Operator(
    name="salt_pepper_noise",
    version=1,
    parameters=SaltPepperNoiseParameters,
    forms=law_forms(salt_pepper_law),
    words=Words(
        phrase=_salt_pepper_words,
        summary="Turn a share of the values white or black, per channel or all of a pixel's.",
        formula="y = 1 with probability amount salt, 0 with probability amount (1 - salt), else x; per "
        "value, with `grey` per pixel",
        source="Gonzalez and Woods, Digital Image Processing, 5.2 (impulse noise)",
    ),
    facts=Facts(strength=_salt_pepper_strength),
    ladder=along("amount", 0.005, 0.02, 0.05, 0.1, 0.2),
)

UNIFORM_NOISE = Operator(
    name="uniform_noise",
    version=1,
    parameters=StatedNoiseParameters,
    forms=law_forms(uniform_law),
    words=Words(
        phrase=lambda record: _words("uniform", record),
        summary="Add uniform noise of a stated standard deviation.",
        formula="y = x + u, u ~ U(-w, w) per value, w = sqrt(3) sigma_255 / 255, with `grey` per pixel",
        source="definition",
    ),
    facts=Facts(strength=_stated_strength),
    ladder=along("sigma_255", *SIGMAS),
)

LAPLACE_NOISE = Operator(
    name="laplace_noise",
    version=1,
    parameters=StatedNoiseParameters,
    forms=law_forms(laplace_law),
    words=Words(
        phrase=lambda record: _words("Laplace", record),
        summary="Add Laplace noise of a stated standard deviation.",
        formula="y = x + l, l of density exp(-|l| / b) / (2 b) per value, b = sigma_255 / (255 sqrt(2)), "
        "with `grey` per pixel",
        source="definition; Box and Muller 1958 for the exponential magnitude",
    ),
    facts=Facts(strength=_stated_strength),
    ladder=along("sigma_255", *SIGMAS),
)

RICIAN_NOISE = Operator(
    name="rician_noise",
    version=1,
    parameters=RicianNoiseParameters,
    forms=law_forms(rician_law),
    words=Words(
        phrase=lambda record: _words("Rician", record),
        summary="The magnitude of the image plus complex normal noise.",
        formula="y = sqrt((x + n)**2 + m**2), n and m ~ N(0, (sigma_255 / 255)**2) per value, with "
        "`grey` per pixel",
        source="Gudbjartsson and Patz, The Rician distribution of noisy MRI data, 1995",
    ),
    facts=Facts(strength=_rician_strength),
    ladder=along("sigma_255", *SIGMAS),
)

ROWS: tuple[Operator[Any], ...] = (
    SPECKLE_NOISE,
    SALT_PEPPER_NOISE,
    UNIFORM_NOISE,
    LAPLACE_NOISE,
    RICIAN_NOISE,
)
