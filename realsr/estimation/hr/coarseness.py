"""How coarse quantisation steps are, as the quality of the standard tables that are like them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from realsr.estimation.codec.tables import luma_tables


def like_quality(steps: Sequence[Sequence[int | None]]) -> int | None:
    """The IJG quality, 1..100, whose luma table is nearest to the steps that are known, 8 x 8; None for none.

    Nearest: by the mean absolute difference of logarithms; a step of 2 for 1 is as far as one of 20 for 10.
    """
    given = np.array([step or 0 for row in steps for step in row], np.float64)
    known = given > 0
    if not known.any():
        return None
    away = np.abs(np.log(luma_tables()[:, known]) - np.log(given[known])).mean(axis=1)
    return int(away.argmin()) + 1
