from __future__ import annotations

from tests.cases.case import KEY, OTHER_KEY, Case

CASES = (
    Case(
        "linear_motion_blur",
        ({"length": 0.0}, {"length": 7.3, "angle": 0.7}, {"length": 24.0, "angle": -1.6}),
    ),
    Case(
        "trajectory_motion_blur",
        (
            {"length": 0.0, "key": KEY},
            {"length": 12.5, "anxiety": 0.02, "key": OTHER_KEY},
            {"length": 40.0, "key": KEY},
        ),
    ),
)
