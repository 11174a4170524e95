from __future__ import annotations

from tests.cases.case import KEY, OTHER_KEY, Case
from tests.cases.kernel_bank import BANK, BANK_DIGEST

CASES = (
    Case(
        "spatially_varying_blur",
        (
            {"size": 7, "sigma_centre": 0.4, "sigma_corner": 1.5, "key": KEY},
            {
                "size": 15,
                "sigma_centre": 0.8,
                "sigma_corner": 3.0,
                "stretch": 3.0,
                "jitter": 0.3,
                "rows": 3,
                "columns": 7,
                "key": OTHER_KEY,
            },
            {
                "size": 9,
                "sigma_centre": 2.0,
                "sigma_corner": 0.1,
                "stretch": 0.5,
                "rows": 2,
                "columns": 2,
                "key": KEY,
            },
        ),
    ),
    Case(
        "varying_bank_blur",
        (
            {"folder": BANK, "digest": BANK_DIGEST, "rows": 3, "columns": 2, "key": KEY},
            {"folder": BANK, "digest": BANK_DIGEST, "rows": 4, "columns": 5, "key": OTHER_KEY},
        ),
    ),
)
