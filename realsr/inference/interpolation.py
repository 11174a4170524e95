"""Interpolation as models: the baselines that are always there."""

from __future__ import annotations

from functools import partial

import torch
from torch import Tensor

from degrade.functional.filters import ADAPTIVE, FILTERS
from degrade.functional.resample import Line, apply_taps, resample
from realsr.inference.upscaler import Metadata, Upscaler
from realsr.models.upsampling import enlarge

ALIASES = {"lanczos": "lanczos3", "box": "nearest", "area": "nearest"}
"""box, area: the mean over an output pixel's own extent, which a whole factor leaves within one input pixel.
The filters of these names are never narrower than a pixel, so that shifts are smooth; they are bilinear."""

INTERPOLATIONS = (*(name for name in FILTERS if name != ADAPTIVE), "lanczos")
"""Filters that enlarge by any whole factor. `bicubic` is MATLAB's imresize (a = -0.5, mirrored border) without
its rounding; the others repeat the border pixel."""


def interpolation(name: str, scale: int) -> Upscaler:
    """A baseline of INTERPOLATIONS."""
    match name:
        case "bicubic":
            run = partial(enlarge, scale=scale)
        case "hermite":
            run = partial(_hermite, scale)
        case _:
            run = partial(_resampled, ALIASES.get(name, name), scale)
    return Upscaler(
        run, scale, channels=3, name=name, metadata=Metadata(architecture=name), linear=True
    )


def _resampled(filter_: str, scale: int, images: Tensor) -> Tensor:
    batch, _, height, width = images.shape
    row, column = (_line(filter_, side, scale) for side in (height, width))
    return resample(images, [row] * batch, [column] * batch)


def _line(filter_: str, side: int, scale: int) -> Line:
    """Output pixel o lies at (o + 0.5) / scale - 0.5, as two images of one extent have it."""
    step = 1.0 / scale
    return Line(filter_, False, side, scale * side, step, 0.5 * step - 0.5)


def _hermite(scale: int, images: Tensor) -> Tensor:
    """The cubic's own weights: `resample` would balance them, and two balanced taps are always bilinear."""
    for dim in (2, 3):
        taps = _two_taps(images.shape[dim], scale, images.device)
        index, weight = (values.expand(len(images), -1, -1) for values in taps)
        images = apply_taps(images, index, weight, dim)
    return images


def _two_taps(side: int, scale: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """The pixels left and right of every output pixel, and their weights: (scale * side, 2) each."""
    place = (torch.arange(scale * side, dtype=torch.float64, device=device) + 0.5) / scale - 0.5
    index = torch.stack([place.floor(), place.floor() + 1.0], dim=-1)
    weight = FILTERS["hermite"].weight(index - place.unsqueeze(-1), torch.ones_like(index))
    return index.clamp(0, side - 1).long(), weight
