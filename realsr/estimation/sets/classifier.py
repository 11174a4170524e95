"""A small classifier of two sets: ridge regression on +-1, which is regularised linear discriminant analysis.

Its penalty is chosen by leave-one-out error, which one singular value decomposition gives for all penalties
(Allen 1974; Golub, Heath, Wahba 1979).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.bool_]

PENALTIES = np.geomspace(1e-2, 1e4, 13)
LIMIT = 4.0
"""Standard deviations at which features are cut off, so that one odd picture does not decide."""


@dataclass(frozen=True, slots=True, eq=False)
class Scale:
    """Mean and standard deviation (m,) of features."""

    mean: Floats
    spread: Floats

    @classmethod
    def of(cls, rows: Floats) -> Scale:
        spread = rows.std(axis=0)
        return cls(rows.mean(axis=0), np.where(spread > 1e-9, spread, np.inf))

    def __call__(self, rows: Floats) -> Floats:
        return np.clip((rows - self.mean) / self.spread, -LIMIT, LIMIT)


def scores(rows: Floats, second: Labels, asked: Floats) -> Floats:
    """Of `asked` (k, m), larger the more like the second set; learned on rows (n, m), second (n,)."""
    scale = Scale.of(rows)
    known, target, root = scale(rows), _target(second), np.sqrt(_weights(second))
    centre = (root**2 @ known) / (root**2).sum()
    left, values, right = np.linalg.svd((known - centre) * root[:, None], full_matrices=False)
    aim = left.T @ (root * target)
    penalty = _best(left, values, root * target, aim)
    weights = right.T @ (values / (values**2 + penalty) * aim)
    return np.asarray((scale(asked) - centre) @ weights, np.float64)


def _target(second: Labels) -> Floats:
    return np.where(second, 1.0, -1.0)


def _weights(second: Labels) -> Floats:
    """Both sets count as much."""
    share = second.mean()
    return np.asarray(np.where(second, 0.5 / share, 0.5 / (1 - share)), np.float64)


def _best(left: Floats, values: Floats, target: Floats, aim: Floats) -> float:
    """The penalty of the least leave-one-out error."""
    errors = []
    for penalty in PENALTIES:
        kept = values**2 / (values**2 + penalty)
        lever = (left**2 * kept).sum(axis=1)
        error = (target - left @ (kept * aim)) / np.maximum(1 - lever, 1e-6)
        errors.append(float((error**2).sum()))
    return float(PENALTIES[int(np.argmin(errors))])
