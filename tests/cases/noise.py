from __future__ import annotations

from tests.cases.case import KEY, OTHER_KEY, Case

CASES = (
    Case(
        "gaussian_noise",
        (
            {"sigma_255": 0.0, "grey": False, "key": KEY},
            {"sigma_255": 30.0, "grey": False, "key": OTHER_KEY},
            {"sigma_255": 12.0, "grey": True, "key": KEY},
        ),
    ),
    Case(
        "poisson_noise",
        (
            {"scale": 1.0, "count": 256, "grey": False, "key": KEY},
            {"scale": 3.0, "count": 37.5, "grey": True, "key": OTHER_KEY},
            {"scale": 0.5, "count": "distinct", "grey": False, "key": KEY},
            {"scale": 2.0, "count": "distinct", "grey": True, "key": OTHER_KEY},
        ),
    ),
)
