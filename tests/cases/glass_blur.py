from __future__ import annotations

from tests.cases.case import KEY, OTHER_KEY, Case

CASES = (
    Case(
        "glass_blur",
        (
            {"sigma": 0.0, "reach": 0, "key": KEY},
            {"sigma": 0.7, "reach": 1, "rounds": 2, "key": OTHER_KEY},
            {"sigma": 1.5, "reach": 4, "rounds": 3, "key": KEY},
        ),
    ),
)
