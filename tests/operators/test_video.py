"""One frame of a coded pan: colours, place, motion, sameness."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from pydantic import ValidationError

from degrade.functional.video_clip import Clip, pan
from degrade.operators.video import VIDEO_CLIP, VideoClipParameters
from tests.forms import fast

Floats = npt.NDArray[np.float32]
CODECS = {"h264": 12, "h265": 12, "vp9": 10, "mpeg2": 1, "mpeg4": 1}
every_codec = pytest.mark.parametrize("codec", CODECS)
ROUGH = {"h264": 38, "h265": 38, "vp9": 55, "mpeg2": 20, "mpeg4": 20}


def needs_av() -> None:
    pytest.importorskip("av", reason="av is not installed (extra `video`)")


def picture(height: int = 96, width: int = 112, channels: int = 3) -> Floats:
    """Smooth enough that 4:2:0 loses little."""
    coarse = np.random.default_rng(5).random((7, 8, channels))
    grown = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    return (0.15 + 0.7 * grown).clip(0, 1).reshape(height, width, channels).astype(np.float32)


def run(image: Floats, **values: Any) -> Floats:
    return fast(VIDEO_CLIP, image, VideoClipParameters(**values))


def decibels(first: Floats, second: Floats) -> Floats:
    """PSNR of each channel."""
    return -10 * np.log10(((first.astype(np.float64) - second) ** 2).mean((0, 1)))


@every_codec
def test_at_high_quality_every_channel_comes_back(codec: str) -> None:
    needs_av()
    image = picture()
    out = run(image, codec=codec, quantiser=CODECS[codec], velocity_x=1.5, velocity_y=-0.5)
    assert decibels(out, image).min() > 35


@every_codec
def test_red_stays_red(codec: str) -> None:
    needs_av()
    red = np.zeros((96, 96, 3), np.float32)
    red[..., 0] = 0.8
    out = run(red, codec=codec, quantiser=CODECS[codec], velocity_x=2.0)
    assert out.mean((0, 1)) == pytest.approx((0.8, 0.0, 0.0), abs=0.02)


@every_codec
@pytest.mark.parametrize("taken", [0, 3, 5])
def test_the_frame_lies_where_the_still_lay(codec: str, taken: int) -> None:
    """Under a pan of 3 and -2 pixels a frame, to 0.01: by the change's share of the picture's slope.

    A picture of many blobs, since a coder's own rounding weighs one blob's sides unevenly.
    """
    needs_av()
    coarse = np.random.default_rng(8).random((16, 18))
    image = cv2.resize(0.2 + 0.6 * coarse, (112, 96), interpolation=cv2.INTER_CUBIC)
    values = {"quantiser": 1 if codec.startswith("mpeg") else 0, "frames": 6, "taken": taken}
    still = image[..., None].astype(np.float32)
    out = run(still, codec=codec, velocity_x=3.0, velocity_y=-2.0, **values)
    change = out[..., 0] - image
    for slope in np.gradient(image):
        assert abs((change * slope).sum() / (slope**2).sum()) < 0.01


@every_codec
def test_motion_changes_the_frame_and_one_frame_alone_does_not_move(codec: str) -> None:
    """Neighbours count: the same still comes back otherwise from a moving clip."""
    needs_av()
    image = picture()
    values = {"codec": codec, "quantiser": ROUGH[codec]}
    still = run(image, **values, frames=6, taken=4)
    moving = run(image, **values, frames=6, taken=4, velocity_x=3.3, velocity_y=1.2)
    assert not np.array_equal(still, moving)
    alone = run(image, **values, frames=1, taken=0)
    assert np.array_equal(alone, run(image, **values, frames=1, taken=0, velocity_x=3.3))


@every_codec
@pytest.mark.parametrize("side", [40, 100])
def test_the_same_clip_gives_the_same_frame(codec: str, side: int) -> None:
    needs_av()
    noise = np.random.default_rng(1).random((side, side - 3, 3), dtype=np.float32)
    image = 0.5 * picture(side, side - 3) + 0.5 * noise
    values = {"codec": codec, "quantiser": ROUGH[codec], "velocity_x": 0.7, "velocity_y": 1.3}
    first = run(image, **values)
    for other in range(6):
        run(picture(60 + other, 70), codec=codec, quantiser=ROUGH[codec], frames=2, taken=1)
        assert np.array_equal(run(image, **values), first)


@pytest.mark.parametrize("codec", ["h264", "h265", "vp9"])
def test_more_bits_come_nearer(codec: str) -> None:
    needs_av()
    noise = np.random.default_rng(2).random((96, 112, 3), dtype=np.float32)
    image = 0.8 * picture() + 0.2 * noise
    values = {"codec": codec, "target": "bits", "velocity_x": 2.0}
    poor, rich = (decibels(run(image, **values, bits_per_pixel=b), image).mean() for b in (0.05, 3))
    assert rich > poor + 1.0


def test_the_pan_is_a_window_on_the_mirrored_plane() -> None:
    image = picture(20, 24)
    clip = Clip("h264", 20, frames=4, taken=1, velocity=(-2.0, 3.0), intra_period=9, b_frames=0)
    before, still, after, later = pan(image, clip)
    assert np.array_equal(still, image)
    plane = np.pad(image, ((8, 8), (8, 8), (0, 0)), mode="reflect")
    for frame, times in ((before, -1), (after, 1), (later, 2)):
        top, left = 8 + 2 * times, 8 - 3 * times
        assert np.array_equal(frame, plane[top : top + 20, left : left + 24])


def test_a_pan_by_parts_of_a_pixel_moves_by_them() -> None:
    """A ramp is moved exactly by cubic convolution, away from its mirror."""
    ramp = np.tile(np.arange(40, dtype=np.float32)[None, :, None] / 64, (9, 1, 1))
    clip = Clip("h264", 20, frames=2, taken=0, velocity=(0.0, 1.3), intra_period=9, b_frames=0)
    moved = pan(ramp, clip)[1]
    assert moved[4, 5:35, 0] == pytest.approx(ramp[4, 5:35, 0] - 1.3 / 64, abs=1e-6)


def test_impossible_clips_are_refused() -> None:
    for values in (
        {"codec": "mpeg2", "quantiser": 32},
        {"codec": "h264", "quantiser": 52},
        {"codec": "vp9", "quantiser": 30, "frames": 3, "taken": 3},
        {"codec": "mpeg2", "target": "bits"},
    ):
        with pytest.raises(ValidationError, match="expected"):
            VideoClipParameters.model_validate(values)
