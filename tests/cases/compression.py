from __future__ import annotations

from tests.cases.case import Case

CASES = (
    Case(
        "jpeg",
        (
            {"quality": 30, "subsampling": "4:2:0"},
            {"quality": 95, "subsampling": "4:4:4"},
            {"quality": 1, "subsampling": "4:2:2"},
            {"quality": 100, "subsampling": "4:1:1"},
            {"quality": 60, "subsampling": "4:4:0"},
        ),
        tolerance=0.0,
        differentiable=False,
    ),
)
