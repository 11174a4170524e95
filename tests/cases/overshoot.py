from __future__ import annotations

from tests.cases.case import Case

CASES = (
    Case(
        "oversharpen",
        (
            {"sigma": 0.5, "weight": 0.0},
            {"sigma": 1.0, "weight": 2.0},
            {"sigma": 6.0, "weight": 0.7},
        ),
    ),
    Case(
        "halo",
        (
            {"sigma": 1.5, "weight": 2.0, "limit_255": 30.0},
            {"sigma": 3.0, "weight": 1.0, "limit_255": 12.0, "side": "light"},
            {"sigma": 0.7, "weight": 5.0, "limit_255": 80.0, "side": "dark"},
        ),
    ),
)
