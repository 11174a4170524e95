"""What a batch may cost a GPU: launches, bytes and memory, counted on the meta device, where a host read raises."""

from __future__ import annotations

import importlib.util

import pytest

import degrade
from benchmarks.launches import Count, count_batch, counted
from degrade.execute.plan import plan_hr
from degrade.execute.program import program_of
from degrade.pipeline import pipeline_names

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("triton") is None, reason="triton is not installed"
)

BUDGETS = {
    "anime_broadcast": (60, 20.0),
    "apisr": (100, 40.0),
    "bd_x3": (90, 20.0),
    "bicubic": (6, 10.0),
    "bsrgan": (130, 30.0),
    "bsrgan_plus": (170, 100.0),
    "camera_phone": (30, 20.0),
    "dasr_severe": (40, 30.0),
    "dasr_standard": (20, 30.0),
    "dasr_weak": (20, 35.0),
    "diffbir": (50, 40.0),
    "div2krk": (90, 25.0),
    "dn_x3": (10, 12.0),
    "gaussian8": (10, 12.0),
    "invsr_test": (45, 30.0),
    "mmagic_realesrgan": (150, 100.0),
    "pepeline_jpeg": (300, 50.0),
    "realesrgan": (40, 30.0),
    "resshift": (40, 30.0),
    "s3diff": (40, 30.0),
    "scanned_print": (50, 80.0),
    "second_order": (40, 30.0),
    "seesr": (40, 30.0),
    "shuffled": (70, 20.0),
    "stablesr": (40, 30.0),
    "trainner_redux": (25, 20.0),
    "unknown_downsampler": (100, 15.0),
    "video_stream": (30, 20.0),
    "web_reupload": (90, 25.0),
}
"""Launches a batch, of 32 and of 128 alike, and megabytes a pair, 400 -> 100 (399 at scale 3)."""
ON_HOST = {
    "anime_broadcast": {"video_clip"},
    "apisr": {"avif", "video_frame", "webp"},
    "bsrgan": {"cv2_resize"},
    "bsrgan_plus": {"cv2_resize"},
    "diffbir": {"cv2_resize"},
    "mmagic_realesrgan": {"cv2_resize"},
    "video_stream": {"video_clip"},
    "web_reupload": {"webp"},
}
"""Codecs and libraries that are named as the host's own."""


def test_every_pipeline_has_a_budget() -> None:
    assert set(BUDGETS) == set(pipeline_names())


@pytest.mark.parametrize("name", BUDGETS)
@pytest.mark.parametrize("batch", [32, 128])
def test_launches_bytes_and_memory(name: str, batch: int) -> None:
    count, program = count_batch(name, batch, 400)
    launches, megabytes = BUDGETS[name]
    assert count.launches <= launches
    assert count.bytes / batch / 1e6 <= megabytes
    # Both slots of every sample, each as large as its largest stage, and what a round needs besides.
    assert count.held <= 4 * (4 * program.length / 2)
    assert count.host == ON_HOST.get(name, set())


@pytest.mark.parametrize("batch", [32, 128])
def test_sharpening_the_hr(batch: int) -> None:
    size = degrade.Size(400, 400)
    traces = degrade.draw(
        degrade.load_pipeline("realesrgan"), degrade.keys(0, map(str, range(batch)))
    )
    program = program_of([plan_hr(trace, size) for trace in traces], [size] * batch, 3)
    count = counted(program, Count())
    assert count.launches <= 15
    assert count.bytes / batch / 1e6 <= 40.0
    assert count.held <= 4 * (4 * program.length / 2)
