"""SEAL's scores: acceptance rate and relative performance ratios against two lines.

Zhang, Li, Chen et al., SEAL, ICLR 2024, as its program computes them, with what it leaves open made explicit:
lines that cannot tell good from bad are set aside and named, lower-is-better metrics are turned, and the tail
stands beside the rate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from realsr.robustness.judging.lines import Lines
from realsr.statistics.intervals import Interval, wilson
from realsr.statistics.resampling import Floats
from realsr.statistics.tail import Tail, tail
from realsr.statistics.untold import StatisticsError, Untold

Degenerate = Literal["exclude", "as published"]
"""exclude: degenerate cases are counted, named and left out of every score. as published: SEAL's own division
by whatever gap there is, to compare with its tables; a gap of exactly 0 is refused."""


NAMED = 10
"""Degenerate cases that a refusal names."""


@dataclass(frozen=True)
class SealScores:
    """ar: share of cases at or above the acceptance line, with Wilson's interval over the cases. rpr_a,
    rpr_u: mean ratio of accepted and of unaccepted cases, 0 where there are none; higher is better. rpr_i:
    interquartile range of the ratios; lower is more consistent. mean: plain mean of the metric. All over
    `cases` cases; `degenerate` names those with lines out of order, left out unless the scores are as
    published. tail: of the distances to the acceptance line, which the ratio's sigmoid hides."""

    ar: float
    ar_interval: Interval
    rpr_i: float
    rpr_a: float
    rpr_u: float
    mean: float
    cases: int
    degenerate: tuple[str, ...]
    tail: Tail

    @property
    def sort_key(self) -> tuple[float, float, float, float]:
        """SEAL's coarse to fine order, best first: AR, then RPR_I, RPR_A, RPR_U."""
        return (-self.ar, self.rpr_i, -self.rpr_a, -self.rpr_u)


def seal(
    values: Floats,
    lines: Lines,
    *,
    sizes: Sequence[int] | None = None,
    degenerate: Degenerate = "exclude",
) -> SealScores | Untold:
    """The scores of one model.

    values: its mean over the images of each case, in the lines' order (SEAL rounds to 3 decimals first; nothing
    is rounded here). sizes: how many draws a case stands for; each case then counts so many times.
    Untold where the metric's lines are out of order in more than half of the cases, or everywhere: such a
    metric does not rank. Raises StatisticsError for values that do not fit the lines.
    """
    _check(values, lines, sizes)
    bad = lines.degenerate
    names = tuple(case for case, flag in zip(lines.cases, bad, strict=True) if flag)
    if 2 * len(names) > len(bad):
        return Untold(
            f"degenerate lines: excellence is not above acceptance in {len(names)} of {len(bad)} cases: "
            f"{_some(names)}"
        )
    kept = np.arange(len(bad)) if degenerate == "as published" else np.flatnonzero(~bad)
    times = np.ones(len(kept), int) if sizes is None else np.asarray(sizes)[kept]
    if not times.sum():
        return Untold("too few to tell: the cases with usable lines stand for no draws")
    return _scores(values[kept], lines.only(kept), times, names)


def ratios(values: Floats, lines: Lines) -> Floats:
    """RPR of each case: sigmoid((Q - acceptance) / (excellence - acceptance)); 0.5 on the acceptance line.

    Raises StatisticsError where the two lines are equal.
    """
    gaps = lines.gaps
    if not gaps.all():
        case = lines.cases[int(np.argmin(np.abs(gaps)))]
        raise StatisticsError(
            f"case {case}: acceptance and excellence are equal; there is no ratio"
        )
    result: Floats = 1.0 / (1.0 + np.exp(-np.clip(lines.above(values) / gaps, -700.0, 700.0)))
    return result


def _scores(
    values: Floats, lines: Lines, times: npt.NDArray[np.intp], names: tuple[str, ...]
) -> SealScores:
    rpr, distance = (
        np.repeat(part, times) for part in (ratios(values, lines), lines.above(values))
    )
    accepted = distance >= 0.0
    lower, upper = np.quantile(rpr, [0.25, 0.75])
    ar = float(accepted.mean())
    return SealScores(
        ar=ar,
        ar_interval=wilson(ar, len(values)),
        rpr_i=float(upper - lower),
        rpr_a=_mean(rpr[accepted]),
        rpr_u=_mean(rpr[~accepted]),
        mean=float(np.repeat(values, times).mean()),
        cases=len(values),
        degenerate=names,
        tail=tail(lines.above(values), lines.cases, times=times),
    )


def _some(names: Sequence[str]) -> str:
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")


def _mean(values: Floats) -> float:
    return float(values.mean()) if values.size else 0.0


def _check(values: Floats, lines: Lines, sizes: Sequence[int] | None) -> None:
    shape = (len(lines.cases),)
    if values.shape != shape or not np.isfinite(values).all():
        raise StatisticsError(
            f"values of shape {values.shape}; expected {shape}, one finite mean for each case of the lines"
        )
    if sizes is not None and (len(sizes) != len(lines.cases) or min(sizes) < 0):
        raise StatisticsError(
            f"{len(sizes)} cluster sizes for {len(lines.cases)} cases; expected one a case, 0 or more"
        )
