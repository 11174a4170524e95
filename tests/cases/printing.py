from __future__ import annotations

from tests.cases.case import KEY, OTHER_KEY, Case

CASES = (
    Case(
        "print_and_scan",
        (
            {"key": KEY},
            {
                "bleed_px": 0.8,
                "dot_gain": 0.18,
                "yule_nielsen": 1.8,
                "ink": 0.03,
                "paper_blue": 0.7,
                "texture": 0.03,
                "show_through": 0.15,
                "scanner_px": 0.7,
                "streaks": 0.01,
                "key": OTHER_KEY,
            },
            {
                "yule_nielsen": 2.5,
                "texture": 0.1,
                "texture_px": 2.2,
                "back_blur_px": 0.0,
                "show_through": 0.4,
                "flicker": 0.05,
                "key": KEY,
            },
        ),
    ),
)
