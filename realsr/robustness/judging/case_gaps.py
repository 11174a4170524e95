"""How far a row of the matrix lies above a line, picture by picture and case by case."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from realsr.robustness.results.observations import Observations
from realsr.robustness.results.rows import MatrixRow, diagonal
from realsr.robustness.study.line_choice import DIAGONAL, Constants, Line, OfFamily
from realsr.statistics.resampling import Floats
from realsr.statistics.untold import Untold

Demand = MatrixRow | float
"""What a case is judged by: another row's numbers, or one number."""


@dataclass(frozen=True)
class Question:
    """One metric over some cases. observations: turned so that higher is better. turn: the same for a constant,
    from the metric's unit. sizes: draws that each case stands for."""

    metric: str
    observations: Observations
    rows: Sequence[MatrixRow]
    cases: Sequence[str]
    turn: Callable[[float], float] = float
    sizes: Sequence[int] | None = None


@dataclass(frozen=True)
class CaseGaps:
    """values: images x cases, positive where the row is better; NaN where a side has no number. cases: those
    with any number; lacking: the others, each with its reason."""

    cases: tuple[str, ...]
    images: tuple[str, ...]
    values: Floats
    lacking: tuple[tuple[str, str], ...]

    @property
    def means(self) -> Floats:
        """Over the images of each case: what SEAL compares with 0."""
        found: Floats = np.nanmean(self.values, axis=0)
        return found

    def only(self, chosen: Sequence[int]) -> CaseGaps:
        """The chosen cases."""
        names = tuple(self.cases[place] for place in chosen)
        return CaseGaps(names, self.images, self.values[:, list(chosen)], self.lacking)


def case_gaps(question: Question, row: MatrixRow, line: Line) -> CaseGaps:
    """The row's numbers above its line, paired by picture; variants and trainings are averaged."""
    found: dict[str, dict[str, float]] = {}
    lacking = []
    for case in question.cases:
        other = demand(question, row, line, case)
        gaps = other if isinstance(other, Untold) else _paired(question, row, other, case)
        if isinstance(gaps, Untold):
            lacking.append((case, gaps.reason))
        else:
            found[case] = gaps
    images = sorted({image for gaps in found.values() for image in gaps})
    table = [[gaps.get(image, np.nan) for gaps in found.values()] for image in images]
    values = np.array(table, dtype=np.float64).reshape(len(images), len(found))
    return CaseGaps(tuple(found), tuple(images), values, tuple(lacking))


def between(
    question: Question, row: MatrixRow, upper: Line, lower: Line, case: str
) -> float | Untold:
    """How far one of the row's lines lies above another: the mean over the pictures that both have."""
    high, low = (demand(question, row, line, case) for line in (upper, lower))
    if isinstance(high, Untold):
        return high
    if isinstance(low, Untold):
        return low
    if isinstance(high, MatrixRow):
        return _mean(_paired(question, high, low, case))
    if isinstance(low, MatrixRow):
        found = _mean(_paired(question, low, high, case))
        return found if isinstance(found, Untold) else -found
    return high - low


def demand(question: Question, row: MatrixRow, line: Line, case: str) -> Demand | Untold:
    """What `row` is judged by in a case."""
    match line:
        case Constants():
            value = line.values.get(question.metric)
            return Untold("the line has no constant") if value is None else question.turn(value)
        case OfFamily():
            return _of_family(question.rows, line.family, case)
        case _ if line == DIAGONAL:
            return diagonal(question.rows, row, case)
        case _:
            return _named(question.rows, line)


def _of_family(rows: Sequence[MatrixRow], family: str, case: str) -> MatrixRow | Untold:
    found = [row for row in rows if (row.family, row.trained_on) == (family, case)]
    if len(found) == 1:
        return found[0]
    names = ", ".join(row.name for row in found)
    told = f"{names} of family {family} were all" if found else f"no model of family {family} was"
    return Untold(f"{told} trained on {case}")


def _named(rows: Sequence[MatrixRow], name: str) -> MatrixRow | Untold:
    """A row by its name, or one training of a row."""
    for row in rows:
        if row.name == name:
            return row
        for model in row.models:
            if model.name == name:
                return MatrixRow(name, (model,))
    return Untold(f"the run has no {name}")


def _paired(
    question: Question, row: MatrixRow, other: Demand, case: str
) -> dict[str, float] | Untold:
    own = [question.observations.of(model.name, case) for model in row.models]
    against = (
        [question.observations.of(model.name, case) for model in other.models]
        if isinstance(other, MatrixRow)
        else []
    )
    gaps: dict[str, list[float]] = {}
    for place in sorted(set.intersection(*map(set, [*own, *against]))):
        level = (
            np.mean([column[place] for column in against])
            if isinstance(other, MatrixRow)
            else other
        )
        gaps.setdefault(place.image, []).append(
            float(np.mean([column[place] for column in own]) - level)
        )
    if not gaps:
        return Untold("no picture has numbers of both sides")
    return {image: float(np.mean(found)) for image, found in gaps.items()}


def _mean(gaps: dict[str, float] | Untold) -> float | Untold:
    return gaps if isinstance(gaps, Untold) else float(np.mean(list(gaps.values())))
