"""Structural similarity as a loss, at one scale and at several.

The window is a Gaussian, 11 x 11 of sigma 1.5 unless stated, and only windows that lie wholly inside the image
count. Images in [0, 1]; variances are those of the population; C1 = 0.01^2, C2 = 0.03^2; each channel apart.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Self

import torch
from pydantic import Field, model_validator
from torch import Tensor
from torch.nn import functional

from realsr.backbones.settings import Settings
from realsr.losses.base import Evaluate, Loss
from realsr.losses.errors import LossError
from realsr.losses.precision import full_precision, widened

C1, C2 = 0.01**2, 0.03**2

MIDDLE = 0.5

WANG_WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)

LEAST = 1e-6
"""Floor of a scale's similarity before it is raised to a power: negative ones have none, and 0 no slope."""


def similarity_maps(
    sr: Tensor, hr: Tensor, window: int = 11, sigma: float = 1.5
) -> tuple[Tensor, Tensor]:
    """(SSIM, its contrast-structure factor), each b c H-window+1 W-window+1.

    Wang et al., IEEE Trans. Image Processing 13(4), 2004, equation 13 and the last two factors of equation 12.
    """
    if min(sr.shape[-2:]) < window:
        raise LossError(
            f"SSIM of images {tuple(sr.shape[-2:])}: expected sides of at least the window's {window}; "
            "take larger patches, a smaller window, or fewer scales"
        )
    with full_precision(sr):
        return _maps(widened(sr) - MIDDLE, widened(hr) - MIDDLE, _Window(window, sigma))


def _maps(sr: Tensor, hr: Tensor, blur: Callable[[Tensor], Tensor]) -> tuple[Tensor, Tensor]:
    """Of images about 0: the rounding of a float32 variance grows with the square of the mean."""
    mean_sr, mean_hr = blur(sr), blur(hr)
    variance_sr = blur(sr * sr) - mean_sr.square()
    variance_hr = blur(hr * hr) - mean_hr.square()
    covariance = blur(sr * hr) - mean_sr * mean_hr
    contrast = (2.0 * covariance + C2) / (variance_sr + variance_hr + C2)
    light_sr, light_hr = mean_sr + MIDDLE, mean_hr + MIDDLE
    light = (2.0 * light_sr * light_hr + C1) / (light_sr.square() + light_hr.square() + C1)
    return light * contrast, contrast


class _Window:
    """Correlation with a separable Gaussian, inside only."""

    def __init__(self, window: int, sigma: float) -> None:
        place = torch.arange(window, dtype=torch.float64) - (window - 1) / 2
        taps = torch.exp(-0.5 * (place / sigma) ** 2)
        self.taps = taps / taps.sum()

    def __call__(self, images: Tensor) -> Tensor:
        channels = images.shape[1]
        taps = self.taps.to(images).repeat(channels, 1, 1, 1)
        rows = functional.conv2d(images, taps.transpose(2, 3), groups=channels)
        return functional.conv2d(rows, taps, groups=channels)


def ssim(sr: Tensor, hr: Tensor, window: int = 11, sigma: float = 1.5) -> Tensor:
    """Mean structural similarity of b c H W, a scalar, at most 1."""
    return similarity_maps(sr, hr, window, sigma)[0].mean()


def ms_ssim(
    sr: Tensor,
    hr: Tensor,
    weights: tuple[float, ...] = WANG_WEIGHTS,
    window: int = 11,
    sigma: float = 1.5,
) -> Tensor:
    """Multi-scale SSIM (Wang, Simoncelli, Bovik, Asilomar 2003, equation 7), a scalar, at most 1.

    A scale is the mean of 2 x 2 pixels of the one before, an odd last row or column left out. A scale's mean
    is taken for each sample and channel, floored at 1e-6, and raised to its weight.
    """
    product = torch.ones((), dtype=sr.dtype, device=sr.device)
    for scale, weight in enumerate(weights):
        if scale:
            sr, hr = (functional.avg_pool2d(images, 2) for images in (sr, hr))
        full, contrast = similarity_maps(sr, hr, window, sigma)
        chosen = full if scale == len(weights) - 1 else contrast
        product = product * chosen.mean(dim=(2, 3)).clamp(min=LEAST) ** weight
    return product.mean()


class SSIMArguments(Settings):
    window: int = Field(default=11, ge=3, description="side of the window in pixels, odd")
    sigma: float = Field(default=1.5, gt=0, description="of the window, in pixels")

    @model_validator(mode="after")
    def _odd(self) -> Self:
        if self.window % 2 == 0:
            raise ValueError(f"window {self.window}: expected an odd number")
        return self


class MSSSIMArguments(SSIMArguments):
    weights: tuple[Annotated[float, Field(gt=0)], ...] = Field(
        default=WANG_WEIGHTS,
        min_length=1,
        description="of the scales, finest first; five need patches of at least 176 pixels, three 44",
    )


def _ssim(a: SSIMArguments) -> Evaluate:
    return lambda batch: 1.0 - ssim(batch.sr, batch.hr, a.window, a.sigma)


def _ms_ssim(a: MSSSIMArguments) -> Evaluate:
    return lambda batch: 1.0 - ms_ssim(batch.sr, batch.hr, a.weights, a.window, a.sigma)


SSIM = Loss(
    "ssim",
    SSIMArguments,
    _ssim,
    "1 - SSIM, Gaussian window 11 x 11 of sigma 1.5, inside only.",
    "Wang et al., IEEE Trans. Image Processing 13(4), 2004",
)
MS_SSIM = Loss(
    "ms_ssim",
    MSSSIMArguments,
    _ms_ssim,
    "1 - MS-SSIM over scales of factor 2.",
    "Wang, Simoncelli, Bovik, Asilomar 2003; the exponents are those of its section 3.2",
)
