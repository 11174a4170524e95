"""The mismatch matrix: what each model gets on each test set, against the oracle and against bicubic.

Pure: from the values of one metric to cells. All comparisons are paired picture by picture, over the images
that both sides have; what is missing stays in its cell with its reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from realsr.robustness.judging.lines import Lines
from realsr.robustness.judging.seal import ratios
from realsr.robustness.results.observations import Missing, Observations, shared_tables
from realsr.robustness.results.rows import MatrixRow, diagonal
from realsr.robustness.study.line_choice import BASELINE
from realsr.statistics.comparisons import Comparison, compare, corrected
from realsr.statistics.components import TwoWayTable
from realsr.statistics.intervals import LEVEL, Design, Estimate, estimate, share
from realsr.statistics.untold import StatisticsError, Untold


class Scheme(NamedTuple):
    """How a matrix is made. baseline: the name of the row that gains are over. design: of the pictures of one
    set; a pipeline's draws are each image's own."""

    higher_is_better: bool
    baseline: str = BASELINE
    design: Design = "own"
    level: float = LEVEL


@dataclass(frozen=True)
class MatrixCell:
    """A row on a test set. `value` is in the metric's unit; `drop` (oracle minus this) and `gain` (this minus
    bicubic) are turned so that a positive drop is bad and a positive gain is good in every metric.

    below_baseline: share of pictures strictly worse than bicubic's. rpr: SEAL's ratio of the means with
    bicubic as acceptance and the oracle as excellence. missing: this row's own; a comparison leaves the
    images out that either side lacks.
    """

    row: str
    test_set: str
    value: Estimate | Untold
    drop: Comparison | Untold
    gain: Comparison | Untold
    below_baseline: Estimate | Untold
    rpr: float | Untold
    is_diagonal: bool
    missing: tuple[Missing, ...]


@dataclass(frozen=True)
class Matrix:
    """rows x test sets, row by row. Holm's correction runs over all drops, and over all gains."""

    rows: tuple[MatrixRow, ...]
    test_sets: tuple[str, ...]
    cells: tuple[MatrixCell, ...]

    def cell(self, row: str, test_set: str) -> MatrixCell:
        """The cell of this row and set. Raises StatisticsError where there is none."""
        for one in self.cells:
            if (one.row, one.test_set) == (row, test_set):
                return one
        raise StatisticsError(f"the matrix has no cell of row {row!r} on {test_set!r}")


def matrix(
    observations: Observations, rows: Sequence[MatrixRow], test_sets: Sequence[str], scheme: Scheme
) -> Matrix:
    """The whole matrix. A row or set without any number has cells that say so."""
    maker = _Maker(observations, tuple(rows), scheme)
    cells = [maker.cell(row, test_set) for row in rows for test_set in test_sets]
    drops = corrected([one.drop for one in cells if isinstance(one.drop, Comparison)])
    gains = corrected([one.gain for one in cells if isinstance(one.gain, Comparison)])
    drop, gain = iter(drops), iter(gains)
    done = [
        replace(
            one,
            drop=next(drop) if isinstance(one.drop, Comparison) else one.drop,
            gain=next(gain) if isinstance(one.gain, Comparison) else one.gain,
        )
        for one in cells
    ]
    return Matrix(tuple(rows), tuple(test_sets), tuple(done))


def across(
    observations: Observations,
    row: MatrixRow,
    test_sets: Sequence[str],
    design: Design,
    level: float = LEVEL,
) -> Estimate | Untold:
    """A row's mean over several sets that were made from the same images.

    design: 'crossed' where the sets stand for a space of degradations (representative cases), 'fixed' where the
    question is about these sets alone. Variants of a set are averaged first.
    """
    tables = across_tables(observations, [model.name for model in row.models], test_sets)
    if not tables[0].size:
        return Untold("no image has a number on every set")
    return estimate(tables, design, level)


def across_tables(
    observations: Observations, models: Sequence[str], test_sets: Sequence[str]
) -> list[TwoWayTable]:
    """A table images x sets for each model, over the images that all models have on all sets."""
    columns = [observations.of(model, test_set) for model in models for test_set in test_sets]
    means = [table.mean(1) for table in shared_tables(columns)] if all(columns) else []
    if not means:
        return [np.empty((0, len(test_sets))) for _ in models]
    count = len(test_sets)
    return [np.stack(means[start : start + count], axis=1) for start in range(0, len(means), count)]


class _Maker(NamedTuple):
    observations: Observations
    rows: tuple[MatrixRow, ...]
    scheme: Scheme

    def cell(self, row: MatrixRow, test_set: str) -> MatrixCell:
        oracle = diagonal(self.rows, row, test_set)
        baseline = next((one for one in self.rows if one.name == self.scheme.baseline), None)
        return MatrixCell(
            row.name,
            test_set,
            self.value(row, test_set),
            self.drop(row, oracle, test_set),
            self.gain(row, baseline, test_set),
            self.below(row, baseline, test_set),
            self.rpr(row, oracle, baseline, test_set),
            row.trained_on == test_set,
            tuple(
                lack
                for model in row.models
                for lack in self.observations.lacking(model.name, test_set)
            ),
        )

    def tables(self, rows: Sequence[MatrixRow], test_set: str) -> list[list[TwoWayTable]] | Untold:
        """For each row a table a training, all over the same pictures."""
        columns = [
            self.observations.of(model.name, test_set) for row in rows for model in row.models
        ]
        tables = iter(shared_tables(columns))
        found = [[next(tables) for _ in row.models] for row in rows]
        return found if found[0][0].size else self.why_none(rows, test_set)

    def why_none(self, rows: Sequence[MatrixRow], test_set: str) -> Untold:
        """The most frequent reason why there is nothing to count with."""
        for row in rows:
            lacks = [
                lack.reason
                for model in row.models
                for lack in self.observations.lacking(model.name, test_set)
            ]
            if lacks:
                first = max(dict.fromkeys(lacks), key=lacks.count)
                return Untold(
                    f"no picture with all numbers: {row.name}: {first} ({len(lacks)} pictures)"
                )
        return Untold("no picture with all numbers: not run")

    def value(self, row: MatrixRow, test_set: str) -> Estimate | Untold:
        found = self.tables([row], test_set)
        if isinstance(found, Untold):
            return found
        return estimate(found[0], self.scheme.design, self.scheme.level)

    def compare(self, better: MatrixRow, worse: MatrixRow, test_set: str) -> Comparison | Untold:
        """First minus second, turned so that positive says that the first is better."""
        found = self.tables([better, worse], test_set)
        if isinstance(found, Untold):
            return found
        if not self.scheme.higher_is_better:
            found.reverse()
        return compare(found[0], found[1], self.scheme.design, self.scheme.level)

    def drop(
        self, row: MatrixRow, oracle: MatrixRow | Untold, test_set: str
    ) -> Comparison | Untold:
        if isinstance(oracle, Untold):
            return oracle
        if oracle == row:
            return Untold("this is the diagonal")
        return self.compare(oracle, row, test_set)

    def gain(
        self, row: MatrixRow, baseline: MatrixRow | None, test_set: str
    ) -> Comparison | Untold:
        against = self.against(row, baseline)
        return against if isinstance(against, Untold) else self.compare(row, against, test_set)

    def below(self, row: MatrixRow, baseline: MatrixRow | None, test_set: str) -> Estimate | Untold:
        against = self.against(row, baseline)
        found = against if isinstance(against, Untold) else self.tables([row, against], test_set)
        if isinstance(found, Untold):
            return found
        own, other = (np.mean(tables, axis=0) for tables in found)
        worse = own < other if self.scheme.higher_is_better else own > other
        return share(worse, self.scheme.design, self.scheme.level)

    def rpr(
        self, row: MatrixRow, oracle: MatrixRow | Untold, baseline: MatrixRow | None, test_set: str
    ) -> float | Untold:
        against = self.against(row, baseline)
        if isinstance(oracle, Untold):
            return oracle
        if isinstance(against, Untold):
            return against
        found = self.tables([row, against, oracle], test_set)
        if isinstance(found, Untold):
            return found
        value, low, high = (np.array([np.mean(tables)]) for tables in found)
        lines = Lines((test_set,), low, high, self.scheme.higher_is_better)
        if lines.degenerate[0]:
            return Untold(f"degenerate line: the oracle is not above {against.name} on {test_set}")
        return float(ratios(value, lines)[0])

    def against(self, row: MatrixRow, baseline: MatrixRow | None) -> MatrixRow | Untold:
        if baseline is None:
            return Untold(f"no baseline: {self.scheme.baseline} was not run")
        return Untold("this is the baseline") if baseline == row else baseline
