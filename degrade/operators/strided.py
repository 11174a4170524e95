"""Decimation: every s-th pixel of an image, from a stated one on."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from pydantic import Field, model_validator

from degrade.geometry import Axis, Frame, Placement, Size
from degrade.operators.base import Group, Image, Parameters
from degrade.operators.ladders import along
from degrade.operators.row import Facts, Forms, Operator, Words, always


class NearestStridedParameters(Parameters):
    """Rows phase_y, phase_y + step, ... and columns alike."""

    step: int = Field(ge=1, le=64, description="distance between the pixels kept, in input pixels")
    phase_y: int = Field(0, ge=0, description="the first row kept, below step")
    phase_x: int = Field(0, ge=0, description="the first column kept, below step")

    @model_validator(mode="after")
    def _phase_is_within_the_step(self) -> NearestStridedParameters:
        for name in ("phase_y", "phase_x"):
            if getattr(self, name) >= self.step:
                raise ValueError(
                    f"{name} is {getattr(self, name)} and step {self.step}; expected a phase of "
                    f"0..{self.step - 1}"
                )
        return self


def _first(side: int, phase: int) -> int:
    """The first pixel kept: an image that ends before its phase keeps its last pixel."""
    return min(phase, side - 1)


def _count(side: int, record: NearestStridedParameters, phase: int) -> int:
    return -(-(side - _first(side, phase)) // record.step)


def _place(record: NearestStridedParameters, frame: Frame) -> Placement:
    height, width = frame.current
    size = Size(_count(height, record, record.phase_y), _count(width, record, record.phase_x))
    return Placement(
        size,
        Axis(record.step, _first(height, record.phase_y)),
        Axis(record.step, _first(width, record.phase_x)),
    )


def _strided(images: torch.Tensor, group: Group[NearestStridedParameters]) -> torch.Tensor:
    """One gather an axis; beyond a sample's own output the last pixel is repeated."""
    sizes = [place.size for place in group.placements]
    step = group.integers("step")
    for dim, side in ((2, "y"), (3, "x")):
        axes = [getattr(place, side) for place in group.placements]
        first = group.upload([int(axis.shift) for axis in axes], torch.int64)
        length = max(size[dim - 2] for size in sizes)
        kept = torch.arange(length, device=images.device).view(1, -1)
        index = first.view(-1, 1) + step.view(-1, 1) * kept
        last = (group.heights() if dim == 2 else group.widths()).view(-1, 1) - 1
        shape = list(images.shape)
        shape[dim] = length
        view = (-1, 1, length, 1) if dim == 2 else (-1, 1, 1, length)
        images = images.gather(dim, torch.minimum(index, last).view(view).expand(shape))
    return images


def _single(image: Image, record: NearestStridedParameters, table: None) -> Image:
    y, x = _first(image.shape[0], record.phase_y), _first(image.shape[1], record.phase_x)
    return np.ascontiguousarray(image[y :: record.step, x :: record.step])


def _words(record: NearestStridedParameters) -> str:
    return f"one pixel in {record.step} from ({record.phase_y}, {record.phase_x})"


ROWS: tuple[Operator[Any], ...] = (
    Operator(
        name="nearest_strided",
        version=1,
        parameters=NearestStridedParameters,
        forms=Forms(kernel=_strided, single=_single),
        words=Words(
            phrase=_words,
            summary="Keep every s-th pixel from a stated phase on; the shift is declared.",
            formula="y(i, j) = x(phase_y + step i, phase_x + step j)",
            source="the second half of blur-downsampling (BD), image[phase::s, phase::s]",
        ),
        facts=Facts(place=_place, optical=True, linear=always),
        ladder=along("step", 2, 3, 4, 6, 8),
    ),
)
