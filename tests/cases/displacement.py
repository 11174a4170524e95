from __future__ import annotations

from tests.cases.case import Case

CASES = (
    Case(
        "channel_shift",
        (
            {"red_x": 0.0, "red_y": 0.0, "blue_x": 0.0, "blue_y": 0.0},
            {"red_x": 1.3, "red_y": -0.4, "blue_x": -2.0, "blue_y": 5.5},
            {"red_x": -4.7, "red_y": 0.2, "blue_x": 3.1, "blue_y": 0.0, "space": "ycbcr"},
        ),
    ),
    Case(
        "chromatic_aberration",
        (
            {"red_scale": 1.0, "blue_scale": 1.0},
            {"red_scale": 1.012, "blue_scale": 0.991},
            {"red_scale": 0.93, "blue_scale": 1.08},
        ),
    ),
    Case("interlace", ({"comb": 0.0}, {"comb": 4.0}, {"comb": -3.3}, {"comb": 1.0})),
)
