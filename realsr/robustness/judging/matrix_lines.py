"""SEAL's lines out of a matrix: any row as acceptance, the diagonal or any row as excellence."""

from __future__ import annotations

import numpy as np

from realsr.robustness.judging.lines import Lines
from realsr.robustness.judging.matrix import BASELINE, Matrix
from realsr.robustness.results.rows import Row, diagonal
from realsr.statistics.resampling import Floats
from realsr.statistics.untold import StatisticsError, Untold


def matrix_lines(
    found: Matrix,
    row: str,
    *,
    higher_is_better: bool,
    acceptance: str = BASELINE,
    excellence: str | None = None,
    least_gap: float = 0.0,
) -> Lines | Untold:
    """The lines that `row` is to be judged by, over all test sets of the matrix.

    excellence: a row's name; None is the diagonal, the sibling of `row` that was trained on each set. Untold
    where a set lacks a value of either line. Raises StatisticsError for names that the matrix does not have.
    """
    low, high = [], []
    for test_set in found.test_sets:
        oracle = _oracle(found, row, test_set) if excellence is None else excellence
        if isinstance(oracle, Untold):
            return oracle
        low.append(_mean(found, acceptance, test_set))
        high.append(_mean(found, oracle, test_set))
    for value in (*low, *high):
        if isinstance(value, Untold):
            return value
    return Lines(found.test_sets, np.array(low), np.array(high), higher_is_better, least_gap)


def row_means(found: Matrix, row: str) -> Floats | Untold:
    """A row's mean on every test set: the values for `seal`."""
    means = [_mean(found, row, test_set) for test_set in found.test_sets]
    for value in means:
        if isinstance(value, Untold):
            return value
    return np.array(means)


def _mean(found: Matrix, row: str, test_set: str) -> float | Untold:
    value = found.cell(row, test_set).value
    return Untold(f"{row} on {test_set}: {value}") if isinstance(value, Untold) else value.mean


def _oracle(found: Matrix, row: str, test_set: str) -> str | Untold:
    oracle = diagonal(found.rows, _row(found, row), test_set)
    return oracle if isinstance(oracle, Untold) else oracle.name


def _row(found: Matrix, name: str) -> Row:
    for row in found.rows:
        if row.name == name:
            return row
    names = ", ".join(row.name for row in found.rows)
    raise StatisticsError(f"the matrix has no row {name!r}; it has {names}")
