"""A still coded as one frame of a moving video clip."""

from __future__ import annotations

import math
from typing import Any, Literal

from pydantic import Field, model_validator

from degrade.functional.video_clip import Clip, video_clip
from degrade.functional.video_coder import CODECS
from degrade.operators.base import Image, Parameters
from degrade.operators.codecs import codec_row
from degrade.operators.ladders import along
from degrade.operators.row import Operator, Words


class VideoClipParameters(Parameters):
    """A pan over the still, its coder, and the frame that comes back."""

    codec: Literal["h264", "h265", "vp9", "mpeg2", "mpeg4"] = Field(description="the video codec")
    target: Literal["quantiser", "bits"] = Field(
        default="quantiser",
        description="what the coder aims at; the other number is without meaning",
    )
    quantiser: int = Field(
        default=28,
        ge=0,
        le=63,
        description="crf of h264 and h265 (0..51) and vp9 (0..63), quantiser scale of mpeg2 and mpeg4 (1..31)",
    )
    bits_per_pixel: float = Field(
        default=0.1,
        ge=0.005,
        le=8.0,
        description="mean bits per pixel and frame aimed at; not for mpeg2 and mpeg4",
    )
    frames: int = Field(default=6, ge=1, le=64, description="frames of the clip")
    taken: int = Field(default=4, ge=0, le=63, description="the frame that comes back, from 0")
    velocity_x: float = Field(
        default=0.0, ge=-32.0, le=32.0, description="pixels a frame to the right"
    )
    velocity_y: float = Field(default=0.0, ge=-32.0, le=32.0, description="pixels a frame down")
    intra_period: int = Field(
        default=250, ge=1, le=600, description="frames from one intra frame to the next"
    )
    b_frames: int = Field(
        default=2, ge=0, le=4, description="most B frames in a row; libvpx's VP9 has none"
    )

    @model_validator(mode="after")
    def _possible(self) -> VideoClipParameters:
        least, greatest = CODECS[self.codec].quantisers
        if self.target == "quantiser" and not least <= self.quantiser <= greatest:
            raise ValueError(
                f"quantiser {self.quantiser} of {self.codec}: expected {least}..{greatest}"
            )
        if self.target == "bits" and not CODECS[self.codec].by_crf:
            raise ValueError(
                f"target bits of {self.codec}: expected quantiser; its rate control does not act within a clip"
            )
        if self.taken >= self.frames:
            raise ValueError(
                f"taken {self.taken} of {self.frames} frames: expected 0..{self.frames - 1}"
            )
        return self

    def clip(self) -> Clip:
        return Clip(
            codec=self.codec,
            rate=self.quantiser if self.target == "quantiser" else float(self.bits_per_pixel),
            frames=self.frames,
            taken=self.taken,
            velocity=(self.velocity_y, self.velocity_x),
            intra_period=self.intra_period,
            b_frames=self.b_frames,
        )


def single_video_clip(image: Image, record: VideoClipParameters, table: None) -> Image:
    return video_clip(image, record.clip())


def _words(record: VideoClipParameters) -> str:
    setting = "crf" if CODECS[record.codec].by_crf else "quantiser"
    rate = (
        f"{setting} {record.quantiser}"
        if record.target == "quantiser"
        else f"{record.bits_per_pixel:.2g} bit/px"
    )
    speed = math.hypot(record.velocity_x, record.velocity_y)
    return f"{record.codec} {rate}, frame {record.taken} of {record.frames}, {speed:.2g} px/frame"


def _strength(record: VideoClipParameters) -> dict[str, float]:
    return {"pixels_per_frame": math.hypot(record.velocity_x, record.velocity_y)}


VIDEO_CLIP = codec_row(
    name="video_clip",
    parameters=VideoClipParameters,
    single=single_video_clip,
    words=Words(
        phrase=_words,
        summary="One frame of a panning clip, coded with its neighbours; needs the extra `video`.",
        formula="y = frame `taken` of FFmpeg decode(encode(f_0 .. f_(frames - 1))), f_t(p) = x(p - (t - "
        "taken) velocity) in px, mirrored, Keys' cubic; encoders as in video_frame, crf or "
        "bits_per_pixel w h 25 bit/s, intra_period, b_frames",
        source="FFmpeg's libx264, libx265, libvpx-vp9, mpeg2video and mpeg4 as built into PyAV",
    ),
    strength=_strength,
    border="reflect101",
    ladder=along("quantiser", 18, 26, 32, 38, 46, codec="h264", velocity_x=3.5),
)

ROWS: tuple[Operator[Any], ...] = (VIDEO_CLIP,)
