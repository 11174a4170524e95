from __future__ import annotations

from tests.cases.case import Case

CASES = (
    Case(
        "video_clip",
        (
            {"codec": "h264", "quantiser": 30, "velocity_x": 1.3, "frames": 4, "taken": 2},
            {"codec": "h265", "quantiser": 35, "velocity_y": -2.0, "frames": 3, "taken": 2},
            {"codec": "vp9", "quantiser": 50, "velocity_x": 0.5, "frames": 3, "taken": 1},
            {"codec": "mpeg2", "quantiser": 8, "velocity_x": -4.0, "frames": 4, "taken": 3},
            {"codec": "mpeg4", "quantiser": 9, "frames": 3, "taken": 0},
            {"codec": "h264", "target": "bits", "bits_per_pixel": 0.5, "frames": 3, "taken": 1},
        ),
        tolerance=0.0,
        differentiable=False,
        needs="av",
    ),
)
