"""Motion blur: a straight line, and the random path of a camera in a hand."""

from __future__ import annotations

import math
from typing import Annotated, Any

import torch
from pydantic import Field

from degrade.address import split_noise_key
from degrade.functional.motion import line_psf, path_radius, shake_psf
from degrade.operators.base import Group, NoiseKey, Parameters
from degrade.operators.ladders import along
from degrade.operators.psf_blur import psf_row
from degrade.operators.row import Operator, Words

Length = Annotated[float, Field(ge=0.0, le=100.0)]


class LinearMotionBlurParameters(Parameters):
    length: Length = Field(description="length of the line in pixels; 0 is no blur")
    angle: float = Field(
        default=0.0,
        ge=-math.pi,
        le=math.pi,
        description="direction from x (right) towards y (down), radians",
    )


class TrajectoryMotionBlurParameters(Parameters):
    length: Length = Field(description="length of the whole path in pixels; 0 is no blur")
    anxiety: float = Field(
        default=0.005,
        ge=0.0,
        le=0.1,
        description="unrest of the hand: 0 is a straight line, 0.005 the published value",
    )
    key: NoiseKey


def _canvas(group: Group[Any]) -> int:
    return 2 * max((path_radius(record.length) for record in group.records), default=0) + 1


def _line_psfs(group: Group[LinearMotionBlurParameters]) -> torch.Tensor:
    lengths = [record.length for record in group.records]
    angles = [record.angle for record in group.records]
    return line_psf(lengths, angles, _canvas(group)).to(group.device)


def _shake_psfs(group: Group[TrajectoryMotionBlurParameters]) -> torch.Tensor:
    lengths = [record.length for record in group.records]
    anxieties = [record.anxiety for record in group.records]
    keys = [split_noise_key(record.key) for record in group.records]
    return shake_psf(lengths, anxieties, keys, _canvas(group)).to(group.device)


def _line_words(record: LinearMotionBlurParameters) -> str:
    return f"motion {record.length:.3g} px at {round(math.degrees(record.angle))} deg"


def _shake_words(record: TrajectoryMotionBlurParameters) -> str:
    return f"camera shake {record.length:.3g} px, anxiety {record.anxiety:.2g}"


LINEAR_MOTION_BLUR = psf_row(
    name="linear_motion_blur",
    parameters=LinearMotionBlurParameters,
    psfs=_line_psfs,
    words=Words(
        phrase=_line_words,
        summary="Blur of uniform motion along a centred straight line.",
        formula="y(p) = the mean over t in [-1/2, 1/2] of x(p + length t (sin angle, cos angle)), x "
        "between pixels by bilinear interpolation; (down, right) px",
        source="exact integral of bilinear weights along the line",
    ),
    ladder=along("length", 2.0, 4.0, 8.0, 14.0, 24.0, angle=0.5),
)

TRAJECTORY_MOTION_BLUR = psf_row(
    name="trajectory_motion_blur",
    parameters=TrajectoryMotionBlurParameters,
    psfs=_shake_psfs,
    words=Words(
        phrase=_shake_words,
        summary="Blur of random camera shake, centred on the path's centre of mass.",
        formula="y = k * x, k = the mean over 2000 times of the bilinear weights at c(t), of mean 0; c' "
        "= v, |v| = length / 1999 px, dv = anxiety |v| (10 u1 n - 0.7 u2 c), and with "
        "probability 0.2 u3 anxiety dv gains 2 R(pi +- 1/2) v; v rescaled after each step; u ~ "
        "U(0, 1) once a path",
        source="Boracchi and Foi, IEEE Transactions on Image Processing 21(8), 2012",
    ),
    ladder=along("length", 3.0, 8.0, 16.0, 28.0, 40.0),
)

ROWS: tuple[Operator[Any], ...] = (LINEAR_MOTION_BLUR, TRAJECTORY_MOTION_BLUR)
