"""A still as one frame of a panning video clip, coded between its neighbours (extra `video`).

The camera pans over the plane that the still tiles by its mirror images. Frame number `taken` shows the still
itself, pixel for pixel, and frame t the plane t - taken velocities further on. So what comes back lies where
the still lay, whatever the velocity, and is coded from moved frames with all that this leaves behind: residue
of motion compensation, skipped blocks, coarser quantisers of P and B frames.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch

from degrade.functional.eight_bits import Image, from_eight_bits, rgb_as, to_eight_bits
from degrade.functional.filtering import border_index
from degrade.functional.sampling import cubic_weights
from degrade.functional.video_coder import (
    CODECS,
    FRAMES_PER_SECOND,
    LARGEST_SIDE,
    SMALLEST_CLIP_SIDE,
    VideoCodec,
    as_frame,
    decode,
    encode,
)

LEAST_RATE = 1000
"""Bits per second below which some encoder refuses to open."""


@dataclass(frozen=True)
class Clip:
    """How a clip is shot and coded.

    codec: a key of CODECS. rate: its quantiser (see `video_frame`), or as a float the mean bits per pixel.
    frames: how many; taken: which one comes back, from 0. velocity: (down, right) by which the picture moves,
    pixels a frame. intra_period: frames from one intra frame to the next. b_frames: most B frames between two
    others; libvpx's VP9 has none.
    """

    codec: str
    rate: int | float
    frames: int
    taken: int
    velocity: tuple[float, float]
    intra_period: int
    b_frames: int


def video_clip(image: Image, clip: Clip) -> Image:
    """An image h w c (3 or 1 channels, [0, 1]) coded as frame `clip.taken`, at 4:2:0, in its own place.

    Raises MissingExtraError without PyAV, ImageError for shapes that it cannot hold.
    """
    height, width, channels = image.shape
    coder = CODECS[clip.codec]
    shots = [to_eight_bits(one, clip.codec, LARGEST_SIDE) for one in pan(image, clip)]
    frames = [as_frame(one, SMALLEST_CLIP_SIDE) for one in shots]
    packets = encode(frames, coder, _options(coder, clip, height * width))
    return from_eight_bits(rgb_as(decode(packets, coder, clip.taken)[:height, :width], channels))


def pan(image: Image, clip: Clip) -> list[Image]:
    """The clip's frames, float32 h w c; number `taken` is the image itself."""
    down, right = clip.velocity
    times = range(-clip.taken, clip.frames - clip.taken)
    return [_moved(image, time * down, time * right) for time in times]


def _moved(image: Image, down: float, right: float) -> Image:
    """The picture moved by parts of a pixel (cubic convolution, a = -1/2), its mirror image moving in."""
    for axis, shift in enumerate((down, right)):
        image = _moved_along(image, axis, shift) if shift else image
    return image


def _moved_along(image: Image, axis: int, shift: float) -> Image:
    first, length = math.floor(-shift), image.shape[axis]
    total = np.zeros_like(image)
    weights = cubic_weights(torch.tensor(-shift - first, dtype=torch.float64))
    for tap, weight in enumerate(weights, start=first - 1):
        places = border_index(torch.arange(tap, tap + length), torch.tensor([length]), "reflect101")
        total += np.float32(weight.item()) * np.take(image, places[0].numpy(), axis)
    return total


def _options(coder: VideoCodec, clip: Clip, pixels: int) -> dict[str, str]:
    structure = {**coder.moving, "g": str(clip.intra_period), "bf": str(clip.b_frames)}
    if isinstance(clip.rate, int):
        return {**coder.options(clip.rate), **structure}
    bits = max(LEAST_RATE, round(clip.rate * pixels * FRAMES_PER_SECOND))
    return {**coder.fixed, **structure, "b": str(bits)}
