"""What a batch may cost a GPU: launches, bytes and memory, counted on the meta device, where a host read raises."""

from __future__ import annotations

import importlib.util

import pytest

import degrade
from benchmarks.launches import Count, count_batch, counted
from degrade.execute.plan import plan_hr
from degrade.execute.program import program_of

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("triton") is None, reason="triton is not installed"
)

BUDGETS = {
    "realesrgan": (40, 30.0),
    "second_order": (40, 30.0),
    "shuffled": (70, 20.0),
    "web_reupload": (110, 25.0),
    "bsrgan": (400, 55.0),
    "bicubic": (6, 10.0),
    "gaussian8": (10, 12.0),
    "trainner_redux": (25, 20.0),
    "camera_phone": (35, 20.0),
    "scanned_print": (60, 80.0),
    "anime_broadcast": (560, 45.0),
    "video_stream": (30, 20.0),
}
"""Launches a batch and megabytes a pair, 400 -> 100."""
ON_HOST = {
    "web_reupload": {"webp"},
    "bsrgan": {"cv2_resize"},
    "anime_broadcast": {"video_clip"},
    "video_stream": {"video_clip"},
}
"""Codecs and libraries that are named as the host's own."""


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
