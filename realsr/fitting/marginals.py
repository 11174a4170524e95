"""What a fit adjusts: shares of options and ranges of values, each a histogram over bins."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
LEAST = 0.015
"""Share below which a bin or an option is left out of a written pipeline."""


@dataclass(frozen=True, slots=True, eq=False)
class Shares:
    """One of several, by weight; weights sum to 1."""

    names: tuple[str, ...]
    weights: Floats

    def bin_of(self, value: object) -> int:
        return self.names.index(str(value))

    def with_weights(self, weights: Floats) -> Shares:
        return replace(self, weights=weights / weights.sum())

    def kept(self) -> dict[str, float]:
        """Options of a share above LEAST, rounded; the largest alone where it is nearly all."""
        shares = {
            name: round(float(w), 3) for name, w in zip(self.names, self.weights, strict=True)
        }
        return {name: share for name, share in shares.items() if share >= LEAST}

    def share(self, name: str) -> float:
        return float(self.weights[self.names.index(name)])


@dataclass(frozen=True, slots=True, eq=False)
class Range:
    """A density of constant height between edges (k + 1,), in the value or, where `log`, in its logarithm.

    whole: values are whole numbers, both ends of a bin but the last's upper one belonging to it.
    """

    edges: Floats
    weights: Floats
    log: bool = False
    whole: bool = False

    @classmethod
    def between(cls, low: float, high: float, pieces: int, *, log: bool = False) -> Range:
        first, last = map(float, (np.log(low), np.log(high)) if log else (low, high))
        edges = np.linspace(first, last, pieces + 1)
        return cls(np.exp(edges) if log else edges, np.full(pieces, 1 / pieces), log)

    def bin_of(self, value: float) -> int:
        found = int(np.searchsorted(self.edges, value, side="right")) - 1
        return min(max(found, 0), len(self.weights) - 1)

    def with_weights(self, weights: Floats) -> Range:
        return replace(self, weights=weights / weights.sum())

    def quantile(self, shares: Floats) -> Floats:
        """Values below which these shares lie."""
        ends = np.log(self.edges) if self.log else self.edges
        found = np.interp(shares, np.concatenate([[0.0], np.cumsum(self.weights)]), ends)
        return np.asarray(np.exp(found) if self.log else found, np.float64)

    def rebinned(self, pieces: int) -> Range:
        """The same density, all but changed by that, over bins of equal share."""
        edges = self.quantile(np.linspace(0, 1, pieces + 1))
        edges[0], edges[-1] = self.edges[0], self.edges[-1]
        return replace(
            self, edges=np.maximum.accumulate(edges), weights=np.full(pieces, 1 / pieces)
        )

    def written(self) -> Any:
        """As a pipeline's file has it."""
        kept = self.weights >= LEAST
        pieces = list(
            zip(self.edges[:-1][kept], self.edges[1:][kept], self.weights[kept], strict=True)
        )
        forms = [
            {"weight": round(float(weight), 3), "of": self._piece(float(low), float(high))}
            for low, high, weight in pieces
        ]
        return forms[0]["of"] if len(forms) == 1 else {"mixture": forms}

    def _piece(self, low: float, high: float) -> Any:
        if self.whole:
            last = max(int(low), int(np.ceil(high)) - 1)
            return {"integer": [int(low), last]} if last > low else int(low)
        low, high = round(low, 4), round(high, 4)
        if high <= low:
            return low
        return {"log_uniform" if self.log else "uniform": [low, high]}


Marginal = Shares | Range
Marginals = dict[str, Marginal]


def tempered(one: Marginal, start: Marginal, share: float) -> Marginal:
    """Mixed with `share` of where the fit began, over its own bins: what was ruled out is looked at again."""
    if isinstance(one, Shares) and isinstance(start, Shares):
        return one.with_weights((1 - share) * one.weights + share * start.weights)
    assert isinstance(one, Range)
    assert isinstance(start, Range)
    cumulated = _cumulated(start, one.edges)
    return one.with_weights((1 - share) * one.weights + share * np.diff(cumulated))


def _cumulated(density: Range, at: Floats) -> Floats:
    ends, points = (np.log(x) if density.log else x for x in (density.edges, at))
    return np.asarray(
        np.interp(points, ends, np.concatenate([[0.0], np.cumsum(density.weights)])), np.float64
    )
