"""A camera: the picture is taken again through a Bayer sensor with its noise, and developed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar, NamedTuple

import numpy as np
import torch
from pydantic import Field

from degrade.functional.camera import (
    CAMERA_FROM_XYZ,
    Camera,
    render,
    saturate,
    sensor_matrix,
    unprocess,
)
from degrade.functional.color import EXPONENT, OFFSET
from degrade.functional.demosaic import LEAST_SENSOR, RED_AT, Method, Pattern, demosaic, mosaic
from degrade.functional.filtering import extend
from degrade.geometry import Size
from degrade.operators.base import Group, Parameters
from degrade.operators.ladders import LOG_READ, LOG_SHOT, along, together
from degrade.operators.packed_camera import of_camera, of_mosaic, packed_sensor
from degrade.operators.random_fields import Fields, law_forms
from degrade.operators.row import Facts, Forms, Operator, Words
from degrade.operators.sensor_noise import ShotReadNoiseParameters, shot_read_sigma

MID_GREY = 128 / 255
DEMOSAICING = "Malvar, He, Cutler 2004; Menon, Andriani, Calvagno 2007"
PATTERN = "colours of the sensor's first two rows, from the left"
METHOD = "how the two missing colours of a pixel are had"
SHARE = "share of this camera's colour matrix in the mixture; all four 0: the sensor has sRGB's primaries"


class BayerDemosaicParameters(Parameters):
    """The mosaic of a sensor and the way back, on the values as they are."""

    pattern: Pattern = Field(default="rggb", description=PATTERN)
    method: Method = Field(default="malvar", description=METHOD)


class CameraParameters(ShotReadNoiseParameters):
    """One exposure. The noise, of variance signal * shot + read, is that of the raw values.

    Brooks et al. draw log_shot uniformly from log 1e-4 to log 0.012, log_read as 2.18 log_shot + 1.20 +
    N(0, 0.26), exposure as N(0.8, 0.1), red_gain uniformly from 1.9 to 2.4, blue_gain from 1.5 to 1.9, and each
    camera's share uniformly from 0 to 1; they demosaic bilinearly.
    """

    exposure: float = Field(
        default=0.8,
        ge=0.1,
        le=2.0,
        description="raw value of green at the picture's white; its inverse is the digital gain",
    )
    red_gain: float = Field(
        default=2.15, ge=0.2, le=8.0, description="white balance: factor on raw red against green"
    )
    blue_gain: float = Field(
        default=1.7, ge=0.2, le=8.0, description="white balance: factor on raw blue against green"
    )
    nexus_6p: float = Field(default=1.0, ge=0.0, le=1.0, description=SHARE)
    sony_a7r: float = Field(default=1.0, ge=0.0, le=1.0, description=SHARE)
    olympus_em10: float = Field(default=1.0, ge=0.0, le=1.0, description=SHARE)
    sony_rx100: float = Field(default=1.0, ge=0.0, le=1.0, description=SHARE)
    pattern: Pattern = Field(default="rggb", description=PATTERN)
    method: Method = Field(default="malvar", description=METHOD)
    tone: bool = Field(
        default=True,
        description="whether the picture has a tone curve, the smoothstep, which is undone and redone; "
        "with it values are clipped to 0..1",
    )
    clip: bool = Field(
        default=True,
        description="whether raw and balanced values end at white and the picture at 0 and 1, as a sensor's "
        "and a camera's do; highlights then saturate",
    )

    grey: ClassVar[bool] = True
    """A raw value has one channel: the noise is a field of one."""

    @property
    def shares(self) -> list[float]:
        return [getattr(self, name) for name in CAMERA_FROM_XYZ]

    @property
    def gains(self) -> tuple[float, float, float]:
        """Factors of the development on red, green and blue."""
        return (self.red_gain / self.exposure, 1.0 / self.exposure, self.blue_gain / self.exposure)


class Sensor(NamedTuple):
    """Where red lies (b, 2), each sample's own heights and widths (b,), and how its mosaic is undone."""

    red_at: torch.Tensor
    heights: torch.Tensor
    widths: torch.Tensor
    methods: Sequence[Method]

    def of_picture(self, images: torch.Tensor) -> torch.Tensor:
        """The mosaic b 1 H W of a canvas b 3 H W; a side of one pixel falls on two of the sensor."""
        height, width = (max(side, LEAST_SENSOR) for side in images.shape[2:])
        wide = extend(images, 2, 0, self.heights, "replicate", height)
        wide = extend(wide, 3, 0, self.widths, "replicate", width)
        return mosaic(wide, self.red_at)

    def to_picture(self, raw: torch.Tensor, size: Size) -> torch.Tensor:
        """Three colours, float64, on the picture's own canvas."""
        height, width = (side.clamp(min=LEAST_SENSOR) for side in (self.heights, self.widths))
        colours = demosaic(raw, self.red_at, height, width, self.methods)
        return colours[..., : size.height, : size.width]


def _sensor(group: Group[Any]) -> Sensor:
    red_at = group.upload([RED_AT[record.pattern] for record in group.records], torch.int64)
    methods = [record.method for record in group.records]
    return Sensor(red_at, group.heights(), group.widths(), methods)


def _camera(group: Group[CameraParameters]) -> Camera:
    matrices = np.stack([sensor_matrix(record.shares) for record in group.records])
    return Camera(
        to_sensor=group.upload(matrices.tolist(), torch.float64),
        from_sensor=group.upload(np.linalg.inv(matrices).tolist(), torch.float64),
        gains=group.upload([record.gains for record in group.records], torch.float64),
        tone=group.equals("tone", True),
        clip=group.equals("clip", True),
    )


def bayer_demosaic(images: torch.Tensor, group: Group[BayerDemosaicParameters]) -> torch.Tensor:
    """Each pixel keeps one of its colours; the other two are interpolated."""
    sensor = _sensor(group)
    return sensor.to_picture(sensor.of_picture(images), Size(*images.shape[2:])).to(images.dtype)


def camera_law(
    images: torch.Tensor, group: Group[CameraParameters], fields: Fields
) -> torch.Tensor:
    """Unprocess, mosaic, noise, white balance, demosaic, colour matrix, sRGB transfer, tone curve.

    The gains act on the mosaic, as in a camera: demosaicing relies on colours that rise and fall together.
    """
    sensor, camera = _sensor(group), _camera(group)
    raw = sensor.of_picture(unprocess(images, camera).to(images.dtype))
    grids = [Size(*(max(side, LEAST_SENSOR) for side in size)) for size in group.sizes]
    noise = fields.normals(0, grids, Size(*raw.shape[2:]))
    raw = saturate(raw + shot_read_sigma(raw, group) * noise, camera)
    gains = mosaic(camera.gains.view(-1, 3, 1, 1).expand(-1, -1, *raw.shape[2:]), sensor.red_at)
    light = sensor.to_picture(saturate(raw * gains, camera), Size(*images.shape[2:]))
    return render(light, camera).to(images.dtype)


def _camera_words(record: CameraParameters) -> str:
    shot, read = math.exp(record.log_shot), math.exp(record.log_read)
    return f"camera {record.pattern} {record.method}, shot {shot:.2g}, read {read:.2g}"


def _mid_grey(tone: bool) -> tuple[float, float]:
    """Light of the picture's middle grey, and the picture's slope there against light."""
    encoded = 0.5 - math.sin(math.asin(1.0 - 2.0 * MID_GREY) / 3.0) if tone else MID_GREY
    light = ((encoded + OFFSET) / (1.0 + OFFSET)) ** EXPONENT
    slope = (encoded + OFFSET) / (EXPONENT * light)
    return light, slope * (6.0 * encoded * (1.0 - encoded) if tone else 1.0)


def _camera_strength(record: CameraParameters) -> dict[str, float]:
    """Noise of a green pixel of middle grey in the finished picture, before demosaicing and colour matrix."""
    light, slope = _mid_grey(record.tone)
    raw = light * record.exposure
    sigma = math.sqrt(raw * math.exp(record.log_shot) + math.exp(record.log_read))
    return {
        "mid_grey_noise_sigma_255": 255.0 * slope * sigma / record.exposure,
        "raw_mid_grey_noise_sigma_255": 255.0 * sigma,
    }


BAYER_DEMOSAIC = Operator(
    name="bayer_demosaic",
    version=1,
    parameters=BayerDemosaicParameters,
    forms=Forms(kernel=bayer_demosaic, packed=packed_sensor(of_mosaic)),
    words=Words(
        phrase=lambda record: f"Bayer mosaic {record.pattern}, {record.method}",
        summary="Keep one colour a pixel, as a Bayer sensor does, and interpolate the others.",
        formula="y = D(M x), M keeps one colour a pixel by `pattern`, D interpolates the other two by "
        "`method` (bilinear, Malvar's 5x5 gradient-corrected or Menon's directional)",
        source=DEMOSAICING,
    ),
    facts=Facts(border="reflect101", channels=(3,), linear=lambda record: record.method != "menon"),
    ladder=along("method", "bilinear", "malvar", "menon"),
)

CAMERA = Operator(
    name="camera",
    version=1,
    parameters=CameraParameters,
    forms=law_forms(camera_law, packed=packed_sensor(of_camera)),
    words=Words(
        phrase=_camera_words,
        summary="Take the picture again with a noisy Bayer sensor, and develop it.",
        formula="y = tone(encode(A**-1 D(g (M r + n)))), r = (A decode(tone**-1(x))) / g, n ~ N(0, max(M "
        "r, 0) exp(log_shot) + exp(log_read)) per raw value; A: linear sRGB to sensor, g = "
        "(red_gain, 1, blue_gain) / exposure, M, D as in bayer_demosaic, tone(v) = 3 v**2 - 2 "
        "v**3; with `clip` 1/g fades to 1 in highlights and g (.) ends at 1",
        source=f"Brooks et al., Unprocessing Images for Learned Raw Denoising, 2019; {DEMOSAICING}",
    ),
    facts=Facts(strength=_camera_strength, border="reflect101", channels=(3,)),
    ladder=together(log_shot=LOG_SHOT, log_read=LOG_READ),
)

ROWS: tuple[Operator[Any], ...] = (BAYER_DEMOSAIC, CAMERA)
