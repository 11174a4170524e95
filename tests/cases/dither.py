from __future__ import annotations

from tests.cases.case import Case

CASES = (
    Case(
        "ordered_dither",
        (
            {"levels": 2, "side": 2},
            {"levels": 4, "side": 8},
            {"levels": 17, "side": 4},
            {"levels": 256, "side": 8},
        ),
        tolerance=0.0,
        differentiable=False,
    ),
    Case(
        "error_diffusion",
        (
            {"levels": 2, "method": "floyd_steinberg"},
            {"levels": 4, "method": "jarvis"},
            {"levels": 2, "method": "atkinson"},
            {"levels": 16, "method": "stucki"},
        ),
        tolerance=0.0,
        differentiable=False,
    ),
)
