"""Glass blur: a Gaussian, random displacement of single pixels, the Gaussian again."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
from pydantic import Field

from degrade.functional.filtering import Floats, correlate_separable
from degrade.functional.glass import pair_index, read_displaced, steps
from degrade.functional.philox import field_words
from degrade.functional.psf import gaussian_taps
from degrade.operators.base import Group, NoiseKey, Parameters
from degrade.operators.ladders import along
from degrade.operators.psf_blur import kernel_strength
from degrade.operators.row import Facts, Forms, Operator, Words, always

CUT = 4.0
"""A Gaussian ends this many standard deviations from its centre."""
LEAST_SIGMA = 1e-3
"""A Gaussian that is a single tap."""


class GlassBlurParameters(Parameters):
    sigma: float = Field(
        ge=0.0, le=3.5, description="standard deviation of each of the two Gaussians, pixels"
    )
    reach: int = Field(ge=0, le=8, description="longest step of a pixel along either axis, pixels")
    rounds: int = Field(default=1, ge=1, le=4, description="steps of each pixel, added up")
    key: NoiseKey


def _radius(record: GlassBlurParameters) -> int:
    return math.ceil(CUT * record.sigma)


def _taps(group: Group[GlassBlurParameters]) -> torch.Tensor:
    radii = [_radius(record) for record in group.records]
    sizes = group.upload([2 * radius + 1 for radius in radii], torch.int64)
    sigmas = group.floats("sigma").clamp(min=LEAST_SIGMA)
    return gaussian_taps(sizes, sigmas, 2 * max(radii, default=0) + 1)


def _displaced(images: torch.Tensor, group: Group[GlassBlurParameters]) -> torch.Tensor:
    """Every pixel read where the sum of its rounds' steps leads."""
    count = max(size.height * -(-size.width // 2) for size in group.sizes)
    index = pair_index(group.widths(), images.shape[2], images.shape[3], count)
    down = right = torch.zeros_like(index)
    for number in range(max(record.rounds for record in group.records)):
        words = field_words(group.noise_keys(), index, count, number)
        taken = group.upload([number < record.rounds for record in group.records], torch.int64)
        step_down, step_right = steps(words, group.integers("reach") * taken)
        down, right = down + step_down, right + step_right
    return read_displaced(images, down, right, group.heights(), group.widths())


def glass_blur(images: torch.Tensor, group: Group[GlassBlurParameters]) -> torch.Tensor:
    """In float64 between the three parts."""
    if images.numel() == 0:
        return images.clone()
    taps, sides = _taps(group), (group.heights(), group.widths())
    out = _displaced(correlate_separable(images, taps, taps, *sides), group)
    return correlate_separable(out, taps, taps, *sides).to(images.dtype)


def mean_taps(record: GlassBlurParameters) -> Floats:
    """The mean over all keys of the PSF, which is separable: its taps along one axis, of sum 1."""
    sizes = torch.tensor([2 * _radius(record) + 1])
    sigma = torch.tensor([max(record.sigma, LEAST_SIGMA)], dtype=torch.float64)
    gaussian = gaussian_taps(sizes, sigma, int(sizes)).numpy()[0]
    taps: Floats = np.convolve(gaussian, gaussian)
    for _ in range(record.rounds):
        taps = np.convolve(taps, np.full(2 * record.reach + 1, 1.0 / (2 * record.reach + 1)))
    return taps


def _strength(record: GlassBlurParameters) -> dict[str, float]:
    taps = mean_taps(record)
    return kernel_strength(np.outer(taps, taps))


def _words(record: GlassBlurParameters) -> str:
    rounds = f" {record.rounds} times" if record.rounds > 1 else ""
    return f"glass {record.sigma:.2g} px, scattered by {record.reach} px{rounds}"


GLASS_BLUR = Operator(
    name="glass_blur",
    version=1,
    parameters=GlassBlurParameters,
    forms=Forms(kernel=glass_blur),
    words=Words(
        phrase=_words,
        summary="Frosted glass: single pixels displaced at random between two Gaussian blurs.",
        formula="y = G(sigma) * z, z(p) = (G(sigma) * x)(p + s(p)), s = the sum of `rounds` whole steps, "
        "each uniform in -reach..reach px along both axes; the right pixel of each pair in a row "
        "takes the opposite of the left one's",
        source="after Hendrycks and Dietterich, ICLR 2019 (ImageNet-C); a field of mean zero for their swaps",
    ),
    facts=Facts(strength=_strength, border="reflect101; steps end at the border", linear=always),
    ladder=along("reach", 1, 2, 3, 4, 6, sigma=0.7),
)

ROWS: tuple[Operator[Any], ...] = (GLASS_BLUR,)
