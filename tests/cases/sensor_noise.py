from __future__ import annotations

from tests.cases.case import KEY, OTHER_KEY, Case

CASES = (
    Case(
        "shot_read_noise",
        (
            {"log_shot": -9.2, "log_read": -18.0, "key": KEY},
            {"log_shot": -4.4, "log_read": -8.0, "key": OTHER_KEY},
            {"log_shot": -30.0, "log_read": -3.0, "key": KEY},
        ),
    ),
    Case(
        "row_column_noise",
        (
            {"row_sigma_255": 10.0, "key": KEY},
            {"column_sigma_255": 5.0, "key": OTHER_KEY},
            {"row_sigma_255": 3.0, "column_sigma_255": 9.0, "grey": True, "key": KEY},
        ),
    ),
)
