from __future__ import annotations

from tests.cases.case import Case

CASES = (
    Case("box_blur", ({"width": 1.0}, {"width": 3.0}, {"width": 6.4}, {"width": 21.0})),
    Case("median_blur", ({"size": 3}, {"size": 5}, {"size": 7}), tolerance=0.0),
    Case(
        "bilateral_blur",
        (
            {"radius": 2, "sigma_space": 1.0, "sigma_range_255": 20.0},
            {"radius": 5, "sigma_space": 2.5, "sigma_range_255": 80.0},
            {"radius": 1, "sigma_space": 0.4, "sigma_range_255": 5.0},
        ),
    ),
)
