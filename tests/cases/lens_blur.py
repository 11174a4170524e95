from __future__ import annotations

from tests.cases.case import Case

CASES = (
    Case("defocus_blur", ({"radius": 0.3}, {"radius": 1.8}, {"radius": 5.05})),
    Case(
        "airy_blur",
        (
            {"size": 7, "zero_radius": 0.8},
            {"size": 21, "zero_radius": 3.3},
            {"size": 13, "zero_radius": 2.0},
        ),
    ),
    Case(
        "zernike_blur",
        (
            {"size": 9, "zero_radius": 1.2},
            {"size": 21, "zero_radius": 1.6, "coma_x": 0.2, "coma_y": -0.1, "spherical": 0.05},
            {
                "size": 15,
                "zero_radius": 2.1,
                "defocus": 0.3,
                "astigmatism": 0.1,
                "astigmatism_45": -0.2,
                "red": 1.2,
                "blue": 0.85,
            },
        ),
    ),
)
