from __future__ import annotations

from tests.cases.case import KEY, OTHER_KEY, Case

CASES = (
    Case(
        "noisy_kernel_blur",
        (
            {"size": 11, "sigma_x": 0.8, "sigma_y": 2.2, "angle": 1.1, "noise": 0.25, "key": KEY},
            {
                "size": 11,
                "sigma_x": 1.6,
                "sigma_y": 1.6,
                "noise": 1.0,
                "centre_y": 0.5,
                "centre_x": 0.5,
                "key": OTHER_KEY,
            },
            {"size": 21, "sigma_x": 3.0, "sigma_y": 0.7, "beta": 0.6, "noise": 0.1, "key": KEY},
            {
                "size": 7,
                "sigma_x": 1.2,
                "sigma_y": 2.0,
                "shape": "plateau",
                "beta": 1.7,
                "noise": 0.4,
                "centre_x": -0.3,
                "border": "replicate",
                "key": KEY,
            },
        ),
    ),
)
