"""The row of the table that measures pairs: one registration and one kernel, on which all the rest stands."""

from __future__ import annotations

from realsr.estimation.estimator import Inquiry, PairEstimator
from realsr.estimation.findings import Findings, refusal
from realsr.estimation.pair import kernel_rows, resampler_rows
from realsr.estimation.pair.fitting import fit
from realsr.estimation.pair.leftover import leftover
from realsr.estimation.pair.planes import fault, planes_of
from realsr.estimation.seen import SeenPair

QUANTITIES = (*kernel_rows.QUANTITIES, *resampler_rows.QUANTITIES)
NAMES = tuple(one.name for one in QUANTITIES)


def measure(pair: SeenPair, asked: Inquiry, before: Findings) -> Findings:
    """Every NAME of QUANTITIES, or why it is not told."""
    planes = planes_of(pair)
    why = fault(planes)
    if why is not None:
        return refusal(why, *NAMES)
    found = fit(planes)
    if isinstance(found, str):
        return refusal(found, *NAMES)
    rest = leftover(found)
    resampled = resampler_rows.resampler_findings(pair, rest)
    return kernel_rows.kernel_findings(found, rest, pair) | resampled


ROW = PairEstimator(QUANTITIES, measure)
