"""Interpolation as models: the baselines that are always there."""

from __future__ import annotations

from functools import partial

from torch import Tensor

from degrade.functional.filters import ADAPTIVE, FILTERS
from degrade.functional.resample import Line, resample
from realsr.inference.upscaler import Metadata, Upscaler
from realsr.models.upsampling import enlarge

ALIASES = {"lanczos": "lanczos3"}

INTERPOLATIONS = (*(name for name in FILTERS if name != ADAPTIVE), *ALIASES)
"""Filters that enlarge by any whole factor. `bicubic` is MATLAB's imresize (a = -0.5, mirrored border) without
its rounding; the others repeat the border pixel."""


def interpolation(name: str, scale: int) -> Upscaler:
    """A baseline of INTERPOLATIONS."""
    run = partial(enlarge, scale=scale) if name == "bicubic" else partial(_resampled, name, scale)
    return Upscaler(run, scale, channels=3, name=name, metadata=Metadata(architecture=name))


def _resampled(name: str, scale: int, images: Tensor) -> Tensor:
    batch, _, height, width = images.shape
    filter_ = ALIASES.get(name, name)
    row, column = (_line(filter_, side, scale) for side in (height, width))
    return resample(images, [row] * batch, [column] * batch)


def _line(filter_: str, side: int, scale: int) -> Line:
    """Output pixel o lies at (o + 0.5) / scale - 0.5, as two images of one extent have it."""
    step = 1.0 / scale
    return Line(filter_, False, side, scale * side, step, 0.5 * step - 0.5)
