from __future__ import annotations

from tests.cases.case import Case

CASES = (
    Case(
        "nearest_strided",
        (
            {"step": 3, "phase_y": 1, "phase_x": 1},
            {"step": 2, "phase_x": 1},
            {"step": 1},
            {"step": 5, "phase_y": 4},
        ),
        tolerance=0.0,
    ),
)
