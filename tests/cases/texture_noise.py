from __future__ import annotations

from tests.cases.case import KEY, OTHER_KEY, Case

CASES = (
    Case(
        "scaled_noise",
        (
            {"sigma_255": 20.0, "pitch_px": 1.0, "key": KEY},
            {"sigma_255": 20.0, "pitch_px": 2.7, "filter": "bilinear", "key": OTHER_KEY},
            {"sigma_255": 9.0, "pitch_px": 4.0, "grey": True, "key": KEY},
            {"sigma_255": 40.0, "pitch_px": 64.0, "key": OTHER_KEY},
        ),
    ),
    Case(
        "film_grain",
        (
            {"sigma_255": 12.0, "size_px": 0.0, "key": KEY},
            {"sigma_255": 25.0, "size_px": 0.8, "grey": True, "key": OTHER_KEY},
            {"sigma_255": 8.0, "size_px": 2.5, "key": KEY},
        ),
    ),
)
