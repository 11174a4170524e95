from __future__ import annotations

from degrade.trace import Values
from tests.cases.case import KEY, OTHER_KEY, Case


def _stated(least: float = 0.0) -> tuple[Values, ...]:
    return (
        {"sigma_255": least, "key": KEY},
        {"sigma_255": 30.0, "key": OTHER_KEY},
        {"sigma_255": 12.0, "grey": True, "key": KEY},
    )


CASES = (
    Case(
        "speckle_noise",
        (
            {"sigma_255": 0.0, "key": KEY},
            {"sigma_255": 25.0, "key": OTHER_KEY},
            {"sigma_255": 60.0, "grey": True, "key": KEY},
        ),
    ),
    Case(
        "salt_pepper_noise",
        (
            {"amount": 0.05, "key": KEY},
            {"amount": 0.3, "salt": 0.9, "grey": True, "key": OTHER_KEY},
            {"amount": 0.0, "key": KEY},
            {"amount": 0.8, "salt": 0.0, "key": OTHER_KEY},
        ),
        tolerance=0.0,
    ),
    Case("uniform_noise", _stated()),
    Case("laplace_noise", _stated()),
    Case("rician_noise", _stated(0.5)),
)
