"""Which shares of what was drawn make a pool of LR like given pictures: the least energy distance.

The pool's LR are weighted by a product over marginals, one factor a bin; so an LR counts for what was drawn for
it, and not for how it came out, and the spread that measuring adds stays in the pool as it is in the pictures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.spatial.distance import cdist

from realsr.fitting.marginals import Floats, Whole

RESTRAINT = 0.004
"""How much a nat that shares move from where they were costs, as a share of the pictures' mean distance."""


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """counts: (n, b), how often an LR of the pool drew a bin. owner: (b,), of which marginal a bin is. shares:
    (b,), by which bins were drawn."""

    counts: Floats
    owner: Whole
    shares: Floats


@dataclass(frozen=True, slots=True, eq=False)
class EnergyMatch:
    """shares: (b,), those that match. weights: (n,), of the pool's LR by them. before, after: energy distances
    to the pictures, of the pool as drawn and as weighted, as shares of the pictures' mean distance."""

    shares: Floats
    weights: Floats
    before: float
    after: float


def matched(
    pictures: Floats, pool: Floats, drawn: Drawn, restraint: float = RESTRAINT
) -> EnergyMatch:
    """Of places (k, d) of the pictures and (n, d) of the pool's LR.

    Minimises 2 E|X - Y| - E|Y - Y'| (Szekely, Rizzo 2013) over logarithms of shares, by their gradient.
    """
    across = cdist(pictures, pool).mean(axis=0)
    among = cdist(pool, pool)
    own = float(cdist(pictures, pictures).mean())
    problem = _Problem(across / own, among / own, drawn, restraint)
    found = minimize(
        problem, np.log(drawn.shares), jac=True, method="L-BFGS-B", options={"maxiter": 200}
    )
    weights = problem.weights(found.x)
    flat = np.full(len(pool), 1 / len(pool))
    ends = [problem.distance(each) - 1.0 for each in (flat, weights)]
    return EnergyMatch(problem.shares(found.x), weights, *ends)


@dataclass(frozen=True, slots=True, eq=False)
class _Problem:
    across: Floats
    among: Floats
    drawn: Drawn
    restraint: float

    def __call__(self, logs: Floats) -> tuple[float, Floats]:
        weights, shares = self.weights(logs), self.shares(logs)
        slope = 2 * self.across - 2 * self.among @ weights
        pull = weights * (slope - weights @ slope)
        ratio = np.log(shares / self.drawn.shares)
        away = self._sums(shares * ratio)
        value = self.distance(weights) + self.restraint * float(away.sum())
        towards = self._through(self.drawn.counts.T @ pull, shares)
        back = shares * (ratio - away[self.drawn.owner])
        return value, towards + self.restraint * back

    def distance(self, weights: Floats) -> float:
        return float(2 * self.across @ weights - weights @ self.among @ weights)

    def shares(self, logs: Floats) -> Floats:
        """Softmax within each marginal."""
        raised = np.exp(logs - logs.max())
        return np.asarray(
            np.maximum(raised / self._sums(raised)[self.drawn.owner], 1e-9), np.float64
        )

    def weights(self, logs: Floats) -> Floats:
        """Of each LR: by how much likelier the shares make what was drawn for it."""
        ratio = self.drawn.counts @ np.log(self.shares(logs) / self.drawn.shares)
        raised = np.exp(ratio - ratio.max())
        return np.asarray(raised / raised.sum(), np.float64)

    def _through(self, pull: Floats, shares: Floats) -> Floats:
        """From a gradient along log shares to one along what they are the softmax of."""
        return np.asarray(pull - shares * self._sums(pull)[self.drawn.owner], np.float64)

    def _sums(self, values: Floats) -> Floats:
        return np.asarray(np.bincount(self.drawn.owner, values), np.float64)


def columns(draws: Sequence[Sequence[int]], width: int) -> Floats:
    """counts (n, width) from the numbers of the bins that each drew."""
    out = np.zeros((len(draws), width))
    for row, bins in zip(out, draws, strict=True):
        np.add.at(row, list(bins), 1)
    return out
