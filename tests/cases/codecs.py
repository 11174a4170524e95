from __future__ import annotations

from tests.cases.case import Case

CASES = (
    Case(
        "webp",
        ({"quality": 30}, {"quality": 100}, {"quality": 1}),
        tolerance=0.0,
        differentiable=False,
    ),
    Case(
        "avif",
        (
            {"quality": 30, "speed": 8},
            {"quality": 90, "subsampling": "4:4:4", "speed": 10},
            {"quality": 1, "subsampling": "4:2:2", "speed": 6},
        ),
        tolerance=0.0,
        differentiable=False,
    ),
    Case(
        "jpeg2000",
        ({"ratio": 5.0}, {"ratio": 60.0}, {"target": "psnr", "psnr_db": 28.0}),
        tolerance=0.0,
        differentiable=False,
    ),
    Case(
        "heic",
        ({"quality": 30}, {"quality": 90, "subsampling": "4:4:4"}, {"quality": 1}),
        tolerance=0.0,
        differentiable=False,
        needs="pillow_heif",
    ),
    Case(
        "video_frame",
        (
            {"codec": "h264", "quantiser": 28},
            {"codec": "h265", "quantiser": 40},
            {"codec": "vp9", "quantiser": 50},
            {"codec": "mpeg2", "quantiser": 6},
            {"codec": "mpeg4", "quantiser": 31},
        ),
        tolerance=0.0,
        differentiable=False,
        needs="av",
    ),
)
