from __future__ import annotations

from tests.cases.case import Case

CASES = (
    Case(
        "jpeg_family",
        (
            {"family": "klein", "quality": 35},
            {"family": "flat", "quality": 70, "subsampling": "4:4:4"},
            {"family": "ms_ssim", "quality": 12, "subsampling": "4:1:1"},
            {"family": "annex_k", "quality": 90, "subsampling": "4:4:0"},
            {"family": "peterson", "quality": 50, "subsampling": "4:2:2"},
        ),
        tolerance=0.0,
        differentiable=False,
    ),
)
