from __future__ import annotations

from tests.cases.case import KEY, OTHER_KEY, Case

CASES = (
    Case(
        "tonal_noise",
        (
            {"sigma_255": 20.0, "high": 0.4, "key": KEY},
            {"sigma_255": 30.0, "low": 0.3, "high": 0.5, "softness": 0.0, "key": OTHER_KEY},
            {"sigma_255": 9.0, "low": 0.7, "softness": 0.5, "grey": True, "key": KEY},
        ),
    ),
)
