from __future__ import annotations

from tests.cases.case import Case

CASES = (
    Case(
        "dpid",
        (
            {"factor": 0.25},
            {"factor": 0.4, "lambda_": 0.5, "balanced": False},
            {"factor": 1.0, "lambda_": 0.0},
            {"factor": 0.61, "lambda_": 2.0, "rounding": "floor"},
        ),
    ),
)
