from __future__ import annotations

from tests.cases.case import Case

CASES = (
    Case(
        "levels",
        (
            {},
            {"black": 0.1, "white": 0.8, "gamma": 1.7},
            {"black": -0.2, "white": 1.3, "gamma": 0.4},
        ),
    ),
    Case("saturation", ({"factor": 0.0}, {"factor": 1.0}, {"factor": 2.5})),
    Case(
        "white_balance",
        ({"red_gain": 1.0, "blue_gain": 1.0}, {"red_gain": 1.8, "blue_gain": 0.6}),
    ),
    Case("to_linear", ({},)),
    Case("to_srgb", ({},)),
    Case("swap_red_blue", ({},)),
)
