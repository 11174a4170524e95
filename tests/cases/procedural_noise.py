from __future__ import annotations

from tests.cases.case import KEY, OTHER_KEY, Case

CASES = (
    Case(
        "coloured_noise",
        (
            {"sigma_255": 20.0, "alpha": 0.0, "key": KEY},
            {"sigma_255": 20.0, "alpha": 1.3, "octaves": 4, "key": OTHER_KEY},
            {"sigma_255": 40.0, "alpha": 3.0, "octaves": 10, "grey": True, "key": KEY},
        ),
    ),
    Case(
        "smeared_noise",
        (
            {"sigma_255": 20.0, "length": 0.0, "key": KEY},
            {"sigma_255": 30.0, "length": 6.3, "angle": 0.7, "key": OTHER_KEY},
            {"sigma_255": 9.0, "length": 64.0, "angle": -1.6, "grey": True, "key": KEY},
        ),
    ),
    Case(
        "perlin_noise",
        (
            {"sigma_255": 20.0, "cell_px": 1.0, "key": KEY},
            {"sigma_255": 30.0, "cell_px": 5.3, "octaves": 4, "key": OTHER_KEY},
            {"sigma_255": 9.0, "cell_px": 256.0, "octaves": 8, "growth": 0.0, "key": KEY},
            {"sigma_255": 9.0, "cell_px": 12.0, "octaves": 2, "grey": True, "key": OTHER_KEY},
        ),
    ),
)
