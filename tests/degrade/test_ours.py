"""Our own pipelines of moving pictures, prints and the web: drawn values, application, replay, alignment."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
import torch

import degrade
from benchmarks.promises import SCALE, SIDE, STRIP, error
from degrade.geometry import Size
from tests.degrade.marginals import COUNT, assert_share, assert_uniform, count, drawn, steps, values

VIDEO = ("video_stream", "anime_broadcast")
NAMES = (*VIDEO, "scanned_print", "web_reupload")
MOVING_LIGHT = ("resize", "gaussian_blur")
every_pipeline = pytest.mark.parametrize("name", NAMES)


def numbers(name: str, label: str, of: str) -> list[float]:
    return [float(value) for value in values(name, label, of)]


@every_pipeline
def test_it_applies_replays_and_ends_at_the_target(name: str) -> None:
    if name in VIDEO:
        pytest.importorskip("av", reason="av is not installed (extra `video`)")
    traces = drawn(name)[:6]
    generator = torch.Generator().manual_seed(0)
    coarse = torch.rand((len(traces), 3, 12, 14), generator=generator)
    images = list(torch.nn.functional.interpolate(coarse, (128, 144), mode="bicubic").clamp(0, 1))
    first, again = (degrade.apply(traces, images, threads=2) for _ in range(2))
    for one, other, image in zip(first, again, images, strict=True):
        assert one.shape == (3, 32, 36)
        assert torch.equal(one, other)
        assert torch.equal(one, torch.round(one * 255) / 255)
        assert (one.mean((1, 2)) - image.mean((1, 2))).abs().max() < 0.2


@every_pipeline
def test_light_lies_where_the_trace_declares_it(name: str) -> None:
    """Resizes and blurs as drawn; what else the pipelines hold keeps its place by its own tests."""
    worst = 0.0
    for trace in drawn(name)[:60]:
        place = degrade.placement(trace, Size(SIDE, SIDE))
        for axis in (place.y, place.x):
            assert axis.scale == pytest.approx(SCALE, rel=1e-12)
            assert axis.shift == pytest.approx((SCALE - 1) / 2, abs=1e-9)
        kept = tuple(step for step in trace.lr if step.op in MOVING_LIGHT)
        away = error(replace(trace, hr=(), lr=kept))[:, STRIP:-STRIP]
        # Without antialias a pixel's taps still centre on it, on a grid that repeats every few pixels.
        worst = max(worst, float(np.abs(away).max()))
    assert worst < 0.01


def test_the_stream_draws_codecs_quantisers_and_motion() -> None:
    codecs = Counter(values("video_stream", "video_clip", "codec"))
    shares = {"h264": 0.45, "h265": 0.2, "vp9": 0.2, "mpeg2": 0.08, "mpeg4": 0.07}
    for codec, share in shares.items():
        assert_share(codecs[codec], COUNT, share)
    spans = {
        "h264": (18, 38),
        "h265": (20, 40),
        "vp9": (24, 55),
        "mpeg2": (3, 16),
        "mpeg4": (3, 16),
    }
    for codec, (low, high) in spans.items():
        clips = [step.values for step in steps("video_stream")["video_clip"]]
        found = {clip["quantiser"] for clip in clips if clip["codec"] == codec}
        assert found == set(range(low, high + 1))
    assert set(values("video_stream", "video_clip", "taken")) == set(range(8))
    speed = np.array(numbers("video_stream", "video_clip", "velocity_x"))
    assert abs(speed.mean()) < 4 * 2 / np.sqrt(COUNT)
    assert speed.std() == pytest.approx(2, rel=0.06)
    assert_uniform(numbers("video_stream", "gaussian_blur", "sigma_x"), 0.2, 1.5)
    assert_share(count("video_stream", "gaussian_noise"), COUNT, 0.5)


def test_anime_draws_its_generations() -> None:
    shares = {"line_thickening": 0.2, "interlace": 0.125, "analogue_video": 0.25, "jpeg": 0.3}
    for label, share in {**shares, "oversharpen": 0.25, "halo": 0.25}.items():
        assert_share(count("anime_broadcast", label), COUNT, share)
    assert_uniform(numbers("anime_broadcast", "analogue_video", "luma_cutoff"), 0.2, 0.4)
    assert_uniform(numbers("anime_broadcast", "analogue_video", "chroma_cutoff"), 0.037, 0.09)
    wires = values("anime_broadcast", "analogue_video", "composite")
    assert_share(sum(wire == 1 for wire in wires), len(wires), 0.5)
    codecs = Counter(values("anime_broadcast", "video_clip", "codec"))
    for codec, share in {"mpeg2": 0.5, "h264": 0.3, "mpeg4": 0.2}.items():
        assert_share(codecs[codec], COUNT, share)


def test_prints_draw_screen_ink_and_paper() -> None:
    assert_share(count("scanned_print", "halftone"), COUNT, 0.7)
    assert_share(count("scanned_print", "resize_with_moire"), COUNT, 0.3)
    assert_share(count("scanned_print", "jpeg"), COUNT, 0.9)
    assert_uniform(numbers("scanned_print", "halftone", "cell"), 3, 7)
    assert_uniform(numbers("scanned_print", "print_and_scan", "dot_gain"), 0, 0.06)
    shown = numbers("scanned_print", "print_and_scan", "show_through")
    assert_share(sum(share > 0 for share in shown), COUNT, 0.3)
    red, green, blue = (
        np.array(numbers("scanned_print", "print_and_scan", f"paper_{name}"))
        for name in ("red", "green", "blue")
    )
    assert (red >= green).all()
    assert (green >= blue).all()
    assert_uniform(list(np.round(red - green, 9)), 0, 0.05)


def test_the_web_draws_one_to_three_uploads() -> None:
    rounds = Counter(
        sum(step.label.startswith("resize.") for step in trace.lr)
        for trace in drawn("web_reupload")
    )
    for number in (1, 2, 3):
        assert_share(rounds[number], COUNT, 1 / 3)
    assert_uniform(numbers("web_reupload", "resize.1", "factor"), 1.5, 3)
    for label, share in {"jpeg.1": 0.6, "webp.1": 0.2, "double_jpeg.1": 0.2}.items():
        assert_share(count("web_reupload", label), COUNT, share)
    assert set(values("web_reupload", "jpeg.1", "quality")) == set(range(60, 93))
    assert set(values("web_reupload", "double_jpeg.1", "offset_y")) == set(range(8))
    assert_share(count("web_reupload", "last_jpeg"), COUNT, 0.7)
