"""Frames through a video codec and back, by the FFmpeg inside PyAV (extra `video`).

Frames are coded at 4:2:0. FFmpeg's swscale converts the colours with its defaults, BT.601 at studio range, as
ffmpeg's command line does for RGB input. Encoder and decoder run on one thread, so that the same frames give
the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from importlib import import_module
from types import MappingProxyType
from typing import Any

import numpy as np

from degrade.errors import ImageError, MissingExtraError
from degrade.functional.eight_bits import Pixels, grey_as_rgb

LARGEST_SIDE = 4094
"""What the twelve-bit sides of an MPEG sequence header hold, made even; one limit for all codecs here."""

SMALLEST_SIDE = 32
"""Below it x265 refuses; smaller frames are padded to it."""

SMALLEST_CLIP_SIDE = 96
"""The same for a clip: x265 gave other bytes for the same clip of 64x64 frames, not so from 80x80 on."""

FRAMES_PER_SECOND = 25

LAMBDA_PER_QUANTISER = 118
"""FFmpeg's FF_QP2LAMBDA: rate control's bounds `lmin` and `lmax` are in units of lambda."""


@dataclass(frozen=True)
class VideoCodec:
    """encoder, decoder: FFmpeg's names. quantisers: least and greatest value of the setting.

    fixed: options that always hold. moving: those that hold, or replace them, in a clip.
    """

    encoder: str
    decoder: str
    quantisers: tuple[int, int]
    fixed: Mapping[str, str]
    moving: Mapping[str, str] = field(default_factory=dict)
    by_crf: bool = True

    def options(self, quantiser: int) -> dict[str, str]:
        """The encoder's options for a constant quality."""
        if self.by_crf:
            return {**self.fixed, "crf": str(quantiser)}
        scale, lagrange = str(quantiser), str(quantiser * LAMBDA_PER_QUANTISER)
        return {
            **self.fixed,
            **dict.fromkeys(("qmin", "qmax"), scale),
            **dict.fromkeys(("lmin", "lmax"), lagrange),
        }


# Over several frames, macroblock trees make x264 give other bytes for the same frames (one run in three beside
# other work) and x265 write past its buffers in frames of less than 48 columns, in the builds inside PyAV 18.1.
_X265 = "pools=none:frame-threads=1:log-level=error"
CODECS = MappingProxyType(
    {
        "h264": VideoCodec("libx264", "h264", (0, 51), {"preset": "medium"}, {"mbtree": "0"}),
        "h265": VideoCodec(
            "libx265",
            "hevc",
            (0, 51),
            {"preset": "medium", "x265-params": _X265},
            {"x265-params": f"{_X265}:cutree=0"},
        ),
        "vp9": VideoCodec("libvpx-vp9", "vp9", (0, 63), {"b": "0", "cpu-used": "4"}),
        "mpeg2": VideoCodec("mpeg2video", "mpeg2video", (1, 31), {}, by_crf=False),
        "mpeg4": VideoCodec("mpeg4", "mpeg4", (1, 31), {}, by_crf=False),
    }
)


def library() -> Any:
    """PyAV; raises MissingExtraError without it."""
    try:
        return import_module("av")
    except ImportError as error:
        raise MissingExtraError("coding as video", "video") from error


def as_frame(pixels: Pixels, least: int = SMALLEST_SIDE) -> Pixels:
    """Pixels h w c (3 or 1 channels) as a frame that every codec takes: RGB, sides even and `least` or more.

    What is missing repeats the last row or column.
    """
    grown = [(0, _padded(side, least) - side) for side in pixels.shape[:2]]
    return np.pad(grey_as_rgb(pixels), (*grown, (0, 0)), mode="edge")


def _padded(side: int, least: int) -> int:
    return max(least, side + side % 2)


def encode(frames: Sequence[Pixels], codec: VideoCodec, options: Mapping[str, str]) -> list[Any]:
    """The packets of RGB frames of one size, as `as_frame` gives them."""
    av = library()
    context = av.CodecContext.create(codec.encoder, "w")
    context.height, context.width = frames[0].shape[:2]
    context.pix_fmt = "yuv420p"
    context.time_base = Fraction(1, FRAMES_PER_SECOND)
    context.framerate = Fraction(FRAMES_PER_SECOND)
    context.thread_count = 1
    context.options = dict(options)
    packets: list[Any] = []
    for number, pixels in enumerate(frames):
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")
        frame = frame.reformat(format="yuv420p")
        frame.pts = number
        packets.extend(context.encode(frame))
    packets.extend(context.encode(None))
    return packets


def decode(packets: Sequence[Any], codec: VideoCodec, number: int) -> Pixels:
    """The RGB pixels of one frame of these packets, counted in the order of display."""
    context = library().CodecContext.create(codec.decoder, "r")
    context.thread_count = 1
    frames = [frame for packet in (*packets, None) for frame in context.decode(packet)]
    if len(frames) <= number:
        raise ImageError(
            f"{codec.decoder} gave back {len(frames)} frames from {len(packets)} packets; expected more "
            f"than {number}: this build of FFmpeg drops frames, use another codec"
        )
    pixels: Pixels = frames[number].to_ndarray(format="rgb24")
    return pixels
