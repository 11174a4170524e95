"""SEAL's scores of a run's rows against the lines of its study."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from realsr.robustness.judging.acceptance import acceptance_rate, rate_interval
from realsr.robustness.judging.case_gaps import CaseGaps, Question, between, case_gaps
from realsr.robustness.judging.lines import Lines
from realsr.robustness.judging.seal import SealScores, seal
from realsr.robustness.results.rows import MatrixRow
from realsr.robustness.study.line_choice import LineChoice
from realsr.statistics.intervals import Interval
from realsr.statistics.tail import Tail, tail
from realsr.statistics.untold import Untold

WORST_PICTURES = 3
IS_LINE = "this is the acceptance line"


@dataclass(frozen=True)
class WorstPicture:
    """A picture and how far it lies above the acceptance line; negative is worse than acceptable."""

    case: str
    image: str
    gap: float


@dataclass(frozen=True)
class RowScores:
    """A row's scores. cases: what ar, its interval, tail and worst pictures are over, all that have an
    acceptance line but the degenerate ones, which are named. seal: the RPR, over those of them that have an
    excellence line too, or why there is none. without: cases that lack numbers or an acceptance line; lineless:
    cases of ar that the RPR leaves out; each with its reason.
    """

    row: str
    ar: float
    interval: Interval | Untold
    seal: SealScores | Untold
    cases: tuple[str, ...]
    degenerate: tuple[str, ...]
    without: tuple[tuple[str, str], ...]
    lineless: tuple[tuple[str, str], ...]
    tail: Tail
    pictures: tuple[WorstPicture, ...]

    @property
    def sort_key(self) -> tuple[float, ...]:
        """SEAL's coarse to fine order, best first; rows without RPR after those of their AR that have one."""
        found = self.seal
        finer = (np.inf,) if isinstance(found, Untold) else found.sort_key[1:]
        return (-self.ar, *finer)


def judged(question: Question, row: MatrixRow, choice: LineChoice) -> RowScores | Untold:
    """The scores of one row, or why it has none: it is the line, has no numbers, or the lines do not rank."""
    if row.name == choice.acceptance:
        return Untold(IS_LINE)
    gaps = case_gaps(question, row, choice.acceptance)
    if not gaps.cases:
        case, reason = gaps.lacking[0] if gaps.lacking else ("", "the run has no case")
        return Untold(f"no case has an acceptance line and numbers: {case}: {reason}")
    excellence, lineless = _excellence(question, row, gaps.cases, choice)
    scores = _seal(question, gaps, excellence, choice)
    if excellence and isinstance(scores, Untold):
        return scores
    bad = () if isinstance(scores, Untold) else scores.degenerate
    kept = gaps.only([place for place, case in enumerate(gaps.cases) if case not in bad])
    sizes = _sizes(question, kept.cases)
    if sizes is not None and not sum(sizes):
        return Untold("too few to tell: the cases with usable lines stand for no draws")
    return RowScores(
        row=row.name,
        ar=acceptance_rate(kept, sizes),
        interval=rate_interval(kept, sizes),
        seal=scores,
        cases=kept.cases,
        degenerate=bad,
        without=gaps.lacking,
        lineless=lineless,
        tail=tail(kept.means, kept.cases, times=None if sizes is None else np.array(sizes)),
        pictures=_worst(kept),
    )


def _excellence(
    question: Question, row: MatrixRow, cases: Sequence[str], choice: LineChoice
) -> tuple[dict[str, float], tuple[tuple[str, str], ...]]:
    """Excellence above acceptance by case, and the cases that lack it."""
    found: dict[str, float] = {}
    lacking = []
    for case in cases:
        value = between(question, row, choice.excellence, choice.acceptance, case)
        if isinstance(value, Untold):
            lacking.append((case, value.reason))
        else:
            found[case] = value
    return found, tuple(lacking)


def _seal(
    question: Question, gaps: CaseGaps, excellence: Mapping[str, float], choice: LineChoice
) -> SealScores | Untold:
    """SEAL's scores where both lines are there; on the scale whose zero is the acceptance line."""
    if not excellence:
        return Untold("no case has an excellence line")
    lined = gaps.only([place for place, case in enumerate(gaps.cases) if case in excellence])
    lines = Lines(
        lined.cases,
        np.zeros(len(lined.cases)),
        np.array([excellence[case] for case in lined.cases]),
        least_gap=choice.least_gap.get(question.metric, 0.0),
    )
    return seal(lined.means, lines, sizes=_sizes(question, lined.cases))


def _sizes(question: Question, cases: Sequence[str]) -> list[int] | None:
    if question.sizes is None:
        return None
    known = dict(zip(question.cases, question.sizes, strict=True))
    return [known[case] for case in cases]


def _worst(gaps: CaseGaps) -> tuple[WorstPicture, ...]:
    found = (
        WorstPicture(case, image, float(gaps.values[row, column]))
        for row, image in enumerate(gaps.images)
        for column, case in enumerate(gaps.cases)
        if np.isfinite(gaps.values[row, column])
    )
    return tuple(sorted(found, key=lambda one: one.gap)[:WORST_PICTURES])
