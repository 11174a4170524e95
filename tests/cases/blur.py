from __future__ import annotations

from degrade.trace import Values
from tests.cases.case import Case


def _blur(**more: float | str) -> tuple[Values, ...]:
    return (
        {"size": 7, "sigma_x": 0.2, "sigma_y": 0.2, "angle": 0.0, **more},
        {"size": 21, "sigma_x": 3.0, "sigma_y": 0.7, "angle": 0.6, **more},
        {"size": 13, "sigma_x": 1.1, "sigma_y": 2.0, "angle": -2.9, **more},
        {"size": 9, "sigma_x": 2.0, "sigma_y": 2.0, "angle": 0.0, **more},
    )


CASES = (
    Case("gaussian_blur", (*_blur(), *_blur(border="replicate"))),
    Case("generalised_gaussian_blur", (*_blur(beta=0.6), *_blur(beta=3.5))),
    Case("plateau_blur", (*_blur(beta=1.0), *_blur(beta=1.9))),
    Case(
        "sinc_blur",
        (
            {"size": 7, "cutoff": 1.05},
            {"size": 21, "cutoff": 0.63},
            {"size": 13, "cutoff": 3.14},
            {"size": 9, "cutoff": 1.0, "border": "replicate"},
        ),
    ),
)
