"""The table of estimators: every row that there is, in the order in which they run."""

from __future__ import annotations

from collections.abc import Sequence

from realsr.estimation.codec.history import COMPRESSION
from realsr.estimation.estimator import Inquiry, PairEstimator, PictureEstimator, Quantity
from realsr.estimation.findings import Findings
from realsr.estimation.pair import rows
from realsr.estimation.seen import Seen, SeenPair
from realsr.estimation.single.rows import PREDICTED

PICTURE_ROWS: tuple[PictureEstimator, ...] = (COMPRESSION, PREDICTED)
"""Estimators of one picture. Each is given what those before it found."""

PAIR_ROWS: tuple[PairEstimator, ...] = (rows.ROW,)
"""Estimators of a pair."""


def quantities(rows: Sequence[PictureEstimator | PairEstimator]) -> dict[str, Quantity]:
    """Every NAME that the rows give, in order."""
    return {one.name: one for row in rows for one in row.quantities}


def of_picture(seen: Seen, asked: Inquiry) -> Findings:
    """What is known of one picture."""
    found = Findings()
    for row in PICTURE_ROWS:
        if asked.slow or not row.slow:
            found |= row.function(seen, asked, found)
    return found


def of_pair(pair: SeenPair, asked: Inquiry) -> Findings:
    """What is known of a pair."""
    found = Findings()
    for row in PAIR_ROWS:
        if asked.slow or not row.slow:
            found |= row.function(pair, asked, found)
    return found
