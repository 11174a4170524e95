"""Variance of a mean over images x cases, both drawn at random, from the mean squares of a two-way table.

Model: value = mean + image effect + case effect + rest, all random and independent, one value a cell (Searle,
Casella and McCulloch, Variance Components, 1992, chapter 4). The rest holds the interaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from realsr.statistics.untold import StatisticsError

TwoWayTable = npt.NDArray[np.float64]
"""images x cases."""


class Term(NamedTuple):
    """A signed term of a variance, proportional to a chi-square variable with `df` degrees of freedom."""

    value: float
    df: float


class Spread(NamedTuple):
    """A variance of a mean, and the degrees of freedom that it is known with."""

    variance: float
    df: float


@dataclass(frozen=True)
class MeanSquares:
    """The mean squares of a table of `images` x `cases`, both at least 2."""

    image: float
    case: float
    rest: float
    images: int
    cases: int


@dataclass(frozen=True)
class Components:
    """Variances of the image effect, of the case effect and of the rest, negative estimates set to 0."""

    image: float
    case: float
    rest: float


def mean_squares(table: TwoWayTable) -> MeanSquares:
    """Of a full table. Raises StatisticsError below 2 images or 2 cases, and for values that are none."""
    images, cases = check_table(table).shape
    if min(images, cases) < 2:
        raise StatisticsError(f"{images} images x {cases} cases; variances need 2 of each")
    mean = table.mean()
    rows, columns = table.mean(1) - mean, table.mean(0) - mean
    rest = table - mean - rows[:, None] - columns[None, :]
    return MeanSquares(
        cases * float(rows @ rows) / (images - 1),
        images * float(columns @ columns) / (cases - 1),
        float((rest**2).sum()) / ((images - 1) * (cases - 1)),
        images,
        cases,
    )


def check_table(table: TwoWayTable) -> TwoWayTable:
    """The table, if it is images x cases, not empty and finite; else raises StatisticsError."""
    if table.ndim != 2 or not table.size:
        raise StatisticsError(f"a table of shape {table.shape}; expected images x cases, not empty")
    if not np.isfinite(table).all():
        raise StatisticsError(
            "the table has values that are NaN or infinite; leave their images out"
        )
    return table


def components(squares: MeanSquares) -> Components:
    """The analysis-of-variance estimates."""
    return Components(
        max((squares.image - squares.rest) / squares.cases, 0.0),
        max((squares.case - squares.rest) / squares.images, 0.0),
        squares.rest,
    )


def unbiased(squares: MeanSquares, others: Sequence[Term] = ()) -> Spread | None:
    """Variance of the mean as (image + case - rest) / (images x cases), plus `others`.

    Right on average, but it can come out below or near 0 where the table is small: None where it is not
    positive. Degrees of freedom after Satterthwaite (1946), at least 1.
    """
    spread = satterthwaite([*_parts(squares, 0.0), *others])
    return spread if spread.variance > 0.0 else None


def cautious(squares: MeanSquares, others: Sequence[Term] = ()) -> Spread:
    """The same with no effect taken as smaller than 0.

    Never near 0, and so too large on average where the rest dominates.
    The degrees of freedom are at least those of the smaller factor.
    """
    spread = satterthwaite([*_parts(squares, squares.rest), *others])
    floor = min(min(squares.images, squares.cases) - 1.0, *(part.df for part in others), np.inf)
    return Spread(spread.variance, max(spread.df, floor))


def satterthwaite(parts: Sequence[Term]) -> Spread:
    """The sum of the parts, and the degrees of freedom of the chi-square nearest to it in mean and variance."""
    variance = sum(part.value for part in parts)
    square = sum(part.value**2 / part.df for part in parts)
    return Spread(variance, max(variance**2 / square, 1.0) if square else np.inf)


def _parts(squares: MeanSquares, least: float) -> list[Term]:
    rows, columns = squares.images - 1.0, squares.cases - 1.0
    cells = squares.images * squares.cases
    return [
        Term(max(squares.image, least) / cells, rows),
        Term(max(squares.case, least) / cells, columns),
        Term(-squares.rest / cells, rows * columns),
    ]
