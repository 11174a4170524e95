"""One frame through a video codec and back, by the FFmpeg inside PyAV (extra `video`).

The frame is an intra frame at 4:2:0. FFmpeg's swscale converts the colours with its defaults, BT.601 at
studio range, as ffmpeg's command line does for RGB input. Encoder and decoder run on one thread.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from importlib import import_module
from types import MappingProxyType
from typing import Any

import numpy as np

from degrade.errors import ImageError, MissingExtraError
from degrade.functional.eight_bits import (
    Image,
    Pixels,
    from_eight_bits,
    grey_as_rgb,
    rgb_as,
    to_eight_bits,
)

LARGEST_SIDE = 4094
"""What the twelve-bit sides of an MPEG sequence header hold, made even; one limit for all codecs here."""

SMALLEST_SIDE = 32
"""Below it x265 refuses; smaller frames are padded to it."""

LAMBDA_PER_QUANTISER = 118
"""FFmpeg's FF_QP2LAMBDA: rate control's bounds `lmin` and `lmax` are in units of lambda."""


@dataclass(frozen=True)
class VideoCodec:
    """encoder, decoder: FFmpeg's names. quantisers: least and greatest value of the setting."""

    encoder: str
    decoder: str
    quantisers: tuple[int, int]
    fixed: Mapping[str, str]
    by_crf: bool = True

    def options(self, quantiser: int) -> dict[str, str]:
        if self.by_crf:
            return {**self.fixed, "crf": str(quantiser)}
        scale, lagrange = str(quantiser), str(quantiser * LAMBDA_PER_QUANTISER)
        return {
            **self.fixed,
            **dict.fromkeys(("qmin", "qmax"), scale),
            **dict.fromkeys(("lmin", "lmax"), lagrange),
        }


_X265 = "pools=none:frame-threads=1:log-level=error"
CODECS = MappingProxyType(
    {
        "h264": VideoCodec("libx264", "h264", (0, 51), {"preset": "medium"}),
        "h265": VideoCodec("libx265", "hevc", (0, 51), {"preset": "medium", "x265-params": _X265}),
        "vp9": VideoCodec("libvpx-vp9", "vp9", (0, 63), {"b": "0", "cpu-used": "4"}),
        "mpeg2": VideoCodec("mpeg2video", "mpeg2video", (1, 31), {}, by_crf=False),
        "mpeg4": VideoCodec("mpeg4", "mpeg4", (1, 31), {}, by_crf=False),
    }
)


def _library() -> Any:
    try:
        return import_module("av")
    except ImportError as error:
        raise MissingExtraError("video_frame", "video") from error


def video_frame(image: Image, codec: str, quantiser: int) -> Image:
    """An image h w c (3 or 1 channels, [0, 1]) coded as the first frame of a video.

    codec: a key of CODECS. quantiser: crf of h264, h265 and vp9, quantiser scale of mpeg2 and mpeg4. Odd sides
    are padded by repeating the last row or column, and cut again. One channel is coded as three equal ones and
    read from the green. Raises MissingExtraError without PyAV, ImageError for shapes it cannot hold.
    """
    pixels = to_eight_bits(image, codec, LARGEST_SIDE)
    height, width, channels = pixels.shape
    grown = [(0, _padded(side) - side) for side in (height, width)]
    padded = np.pad(grey_as_rgb(pixels), (*grown, (0, 0)), mode="edge")
    decoded = _decode(_encode(padded, CODECS[codec], quantiser), CODECS[codec])
    return from_eight_bits(rgb_as(decoded[:height, :width], channels))


def _padded(side: int) -> int:
    return max(SMALLEST_SIDE, side + side % 2)


def _encode(pixels: Pixels, codec: VideoCodec, quantiser: int) -> list[Any]:
    """The packets of one frame."""
    av = _library()
    context = av.CodecContext.create(codec.encoder, "w")
    context.height, context.width = pixels.shape[:2]
    context.pix_fmt = "yuv420p"
    context.time_base = Fraction(1, 25)
    context.framerate = Fraction(25)
    context.thread_count = 1
    context.options = codec.options(quantiser)
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")
    frame = frame.reformat(format="yuv420p")
    frame.pts = 0
    return [*context.encode(frame), *context.encode(None)]


def _decode(packets: list[Any], codec: VideoCodec) -> Pixels:
    """The RGB pixels of the first frame in these packets."""
    context = _library().CodecContext.create(codec.decoder, "r")
    context.thread_count = 1
    frames = [frame for packet in (*packets, None) for frame in context.decode(packet)]
    if not frames:
        raise ImageError(f"{codec.decoder} gave back no frame from {len(packets)} packets")
    pixels: Pixels = frames[0].to_ndarray(format="rgb24")
    return pixels
