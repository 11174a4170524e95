from __future__ import annotations

from tests.cases.case import Case

CASES = (
    Case(
        "matlab_bicubic",
        (
            {"factor": 0.5},
            {"factor": 0.25},
            {"factor": 0.3333333333, "border": "replicate"},
            {"factor": 2.0},
        ),
        tolerance=0.0,
        differentiable=False,
    ),
    Case(
        "matlab_bicubic_double",
        (
            {"factor": 0.5},
            {"factor": 0.25},
            {"factor": 0.3333333333, "border": "replicate"},
            {"factor": 2.0, "antialias": False},
        ),
    ),
)
