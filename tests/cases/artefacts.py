from __future__ import annotations

from tests.cases.case import KEY, OTHER_KEY, Case

CASES = (
    Case(
        "banding",
        ({"levels": 2}, {"levels": 9, "space": "luma"}, {"levels": 16}),
        tolerance=0.0,
        differentiable=False,
    ),
    Case("vignette", ({"corner_gain": 1.0}, {"corner_gain": 0.5}, {"corner_gain": 0.05})),
    Case(
        "dead_pixels",
        (
            {"share": 0.0, "key": KEY},
            {"share": 0.1, "hot": 0.8, "key": OTHER_KEY},
            {"share": 0.3, "hot": 0.2, "per_channel": False, "key": KEY},
        ),
    ),
    Case("pixelate", ({"block": 1}, {"block": 4}, {"block": 7}, {"block": 64})),
    Case(
        "line_thickening",
        (
            {"radius": 1},
            {"radius": 3, "shape": "square", "grow": "light"},
            {"radius": 2, "shape": "square", "strength": 0.4},
        ),
    ),
)
