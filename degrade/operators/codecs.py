"""Codecs besides plain JPEG: still-image formats, and single frames of video codecs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal, TypeVar

import numpy as np
import torch
from pydantic import Field, model_validator

from degrade.functional.avif import avif
from degrade.functional.heic import heic
from degrade.functional.jpeg2000 import jpeg2000
from degrade.functional.video_coder import CODECS
from degrade.functional.video_frame import video_frame
from degrade.functional.webp import webp
from degrade.geometry import Size
from degrade.operators.base import Group, Image, Parameters
from degrade.operators.host import each_on_host
from degrade.operators.ladders import QUALITIES, Ladder, along
from degrade.operators.row import Facts, Forms, Operator, Words, no_strength
from degrade.operators.surrogates import clipped

P = TypeVar("P", bound=Parameters)


def on_host(
    single: Callable[[Image, P, Any], Image],
) -> Callable[[torch.Tensor, Group[P]], torch.Tensor]:
    """The kernel of a host codec: each sample through `single` at its own size."""

    def kernel(images: torch.Tensor, group: Group[P]) -> torch.Tensor:
        return host_codec(
            images, group.sizes, lambda index, image: single(image, group.records[index], None)
        )

    return kernel


def host_codec(
    images: torch.Tensor, sizes: Sequence[Size], code: Callable[[int, Image], Image]
) -> torch.Tensor:
    """The one way off the device: code each sample's own area on the host, and bring the canvas back.

    code: (place in the batch, image h w c) -> image of the same shape. Beyond a sample's area the canvas
    keeps its values.
    """
    canvas = images.detach().cpu().permute(0, 2, 3, 1)
    canvas = canvas.clone(memory_format=torch.contiguous_format)

    def code_one(index: int) -> None:
        height, width = sizes[index]
        area = canvas[index, :height, :width].numpy()
        area[...] = code(index, np.ascontiguousarray(area))

    each_on_host(len(sizes), code_one)
    return canvas.permute(0, 3, 1, 2).contiguous().to(images.device)


class WebpParameters(Parameters):
    """One lossy WebP round trip."""

    quality: int = Field(
        ge=1, le=100, description="libwebp's quality, a whole number; always lossy"
    )


class AvifParameters(Parameters):
    """One AVIF round trip."""

    quality: int = Field(ge=1, le=100, description="libavif's quality, a whole number")
    speed: int = Field(default=6, ge=0, le=10, description="libaom's speed; 0 is the slowest")
    subsampling: Literal["4:4:4", "4:2:2", "4:2:0"] = Field(
        default="4:2:0", description="chroma subsampling; without meaning for one channel"
    )


class Jpeg2000Parameters(Parameters):
    """One JPEG 2000 round trip."""

    target: Literal["ratio", "psnr"] = Field(
        default="ratio", description="what the coder aims at; the other number is without meaning"
    )
    ratio: float = Field(
        default=20.0, ge=1.0, le=2000.0, description="compression rate: raw bytes / coded bytes"
    )
    psnr_db: float = Field(default=35.0, ge=5.0, le=90.0, description="PSNR in dB")


class HeicParameters(Parameters):
    """One HEIC round trip."""

    quality: int = Field(ge=1, le=100, description="libheif's quality, a whole number")
    subsampling: Literal["4:4:4", "4:2:2", "4:2:0"] = Field(
        default="4:2:0", description="chroma subsampling; without meaning for one channel"
    )


class VideoFrameParameters(Parameters):
    """One intra frame of a video codec."""

    codec: Literal["h264", "h265", "vp9", "mpeg2", "mpeg4"] = Field(description="the video codec")
    quantiser: int = Field(
        ge=0,
        le=63,
        description="crf of h264 and h265 (0..51) and vp9 (0..63), quantiser scale of mpeg2 and mpeg4 (1..31)",
    )

    @model_validator(mode="after")
    def _in_the_codecs_range(self) -> VideoFrameParameters:
        least, greatest = CODECS[self.codec].quantisers
        if not least <= self.quantiser <= greatest:
            raise ValueError(
                f"quantiser {self.quantiser} of {self.codec}: expected {least}..{greatest}"
            )
        return self


def single_webp(image: Image, record: WebpParameters, table: None) -> Image:
    return webp(image, record.quality)


def single_avif(image: Image, record: AvifParameters, table: None) -> Image:
    return avif(image, record.quality, record.speed, record.subsampling)


def single_jpeg2000(image: Image, record: Jpeg2000Parameters, table: None) -> Image:
    value = record.ratio if record.target == "ratio" else record.psnr_db
    return jpeg2000(image, record.target, value)


def single_heic(image: Image, record: HeicParameters, table: None) -> Image:
    return heic(image, record.quality, record.subsampling)


def single_video_frame(image: Image, record: VideoFrameParameters, table: None) -> Image:
    return video_frame(image, record.codec, record.quantiser)


def _webp_words(record: WebpParameters) -> str:
    return f"WebP q{record.quality}"


def _avif_words(record: AvifParameters) -> str:
    return f"AVIF q{record.quality} {record.subsampling} speed {record.speed}"


def _jpeg2000_words(record: Jpeg2000Parameters) -> str:
    if record.target == "ratio":
        return f"JPEG 2000 at {record.ratio:.3g}:1"
    return f"JPEG 2000 at {record.psnr_db:.3g} dB"


def _heic_words(record: HeicParameters) -> str:
    return f"HEIC q{record.quality} {record.subsampling}"


def _video_words(record: VideoFrameParameters) -> str:
    setting = "crf" if CODECS[record.codec].by_crf else "quantiser"
    return f"{record.codec} frame, {setting} {record.quantiser}"


def codec_row(
    name: str,
    parameters: type[P],
    single: Callable[[Image, P, Any], Image],
    words: Words[P],
    ladder: Ladder | None = None,
    border: str = "replicate",
    strength: Callable[[P], dict[str, float]] = no_strength,
) -> Operator[P]:
    """The row of a host codec: 8 bits in and out, grey or RGB, the limits of [0, 1] as its surrogate."""
    return Operator(
        name=name,
        version=1,
        parameters=parameters,
        forms=Forms(kernel=on_host(single), single=single, surrogate=clipped),
        words=words,
        ladder=ladder,
        facts=Facts(
            strength=strength,
            border=border,
            channels=(1, 3),
            depth="8 bits",
            on_host=True,
            differentiable=False,
        ),
    )


WEBP = codec_row(
    name="webp",
    parameters=WebpParameters,
    single=single_webp,
    words=Words(
        phrase=_webp_words,
        summary="Lossy WebP by libwebp, encoded and decoded again.",
        formula="y = libwebp decode(encode(rint(255 clip(x, 0, 1)), quality)) / 255 by OpenCV: lossy "
        "VP8, YCbCr 4:2:0 studio range, default method",
        source="RFC 6386 and RFC 9649; libwebp as built into OpenCV",
    ),
    ladder=along("quality", *QUALITIES),
)

AVIF = codec_row(
    name="avif",
    parameters=AvifParameters,
    single=single_avif,
    words=Words(
        phrase=_avif_words,
        summary="AVIF by libavif with libaom, encoded and decoded again.",
        formula="y = libavif decode(encode(rint(255 clip(x, 0, 1)), quality, speed, subsampling)) / 255 "
        "by Pillow: AV1 by libaom on one thread, BT.601 full range",
        source="AV1 Image File Format 1.1; libavif as built into Pillow",
    ),
    ladder=along("quality", *QUALITIES),
)

JPEG2000 = codec_row(
    name="jpeg2000",
    parameters=Jpeg2000Parameters,
    single=single_jpeg2000,
    words=Words(
        phrase=_jpeg2000_words,
        summary="JPEG 2000 (9/7 wavelet) by OpenJPEG, encoded and decoded again.",
        formula="y = OpenJPEG decode(encode(rint(255 clip(x, 0, 1)))) / 255 by Pillow: 9/7 wavelet, one "
        "tile, one layer at raw bytes / coded bytes = ratio, or at psnr_db dB",
        source="ITU-T T.800; OpenJPEG as built into Pillow (quality_mode rates or dB)",
    ),
    border="symmetric",
    ladder=along("ratio", 5.0, 15.0, 30.0, 60.0, 120.0, view=192),
)

HEIC = codec_row(
    name="heic",
    parameters=HeicParameters,
    single=single_heic,
    words=Words(
        phrase=_heic_words,
        summary="HEIC by libheif with x265, encoded and decoded again; needs the extra `heif`.",
        formula="y = libheif decode(encode(rint(255 clip(x, 0, 1)), quality, subsampling)) / 255 by "
        "pillow-heif: HEVC by x265",
        source="ISO/IEC 23008-12; libheif as built into pillow-heif",
    ),
    ladder=along("quality", *QUALITIES),
)

VIDEO_FRAME = codec_row(
    name="video_frame",
    parameters=VideoFrameParameters,
    single=single_video_frame,
    words=Words(
        phrase=_video_words,
        summary="One intra frame of H.264, H.265, VP9, MPEG-2 or MPEG-4; needs the extra `video`.",
        formula="y = FFmpeg decode(encode(rint(255 clip(x, 0, 1)))) / 255, one intra frame, yuv420p, "
        "BT.601 studio range: libx264 and libx265 preset medium, libvpx-vp9 cpu-used 4 at crf = "
        "quantiser, mpeg2video, mpeg4 at qscale = quantiser",
        source="FFmpeg's libx264, libx265, libvpx-vp9, mpeg2video and mpeg4 as built into PyAV",
    ),
    ladder=along("quantiser", 18, 26, 32, 38, 46, codec="h264"),
)

ROWS: tuple[Operator[Any], ...] = (WEBP, AVIF, JPEG2000, HEIC, VIDEO_FRAME)
