"""The area under the ROC curve by folds of sources, and its interval by drawing sources again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from realsr.estimation.sets.classifier import Floats, Labels, scores

Whole = npt.NDArray[np.int64]
FOLDS = 5
REPEATS = 2
DRAWS = 1000
LEVEL = 0.95


@dataclass(frozen=True, slots=True, eq=False)
class Wins:
    """won, tried: (a, b), how often b of the second set stood above a of the first, and how often they met.

    first, second: the source of each, (a,) and (b,), numbers from 0.
    """

    won: Floats
    tried: Floats
    first: Whole
    second: Whole

    def auc(self) -> float:
        """The share of pairs that stand the right way round; a tie is half a win."""
        return float(self.won.sum() / self.tried.sum())

    def interval(self) -> tuple[float, float]:
        """Of the area, at LEVEL: whole sources are drawn with replacement, in both sets alike.

        As wide at least as `by_counts`: draws of sets that stand quite apart all do.
        """
        sizes = [len(np.unique(side)) for side in (self.first, self.second)]
        ends = self._by_drawing(), by_counts(self.auc(), *sizes)
        return min(one[0] for one in ends), max(one[1] for one in ends)

    def _by_drawing(self) -> tuple[float, float]:
        count = int(max(self.first.max(), self.second.max())) + 1
        generator = np.random.default_rng(count)
        drawn = [self._drawn(generator.integers(count, size=count), count) for _ in range(DRAWS)]
        found = np.array([one for one in drawn if one is not None])
        low, high = np.quantile(found, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
        return float(low), float(high)

    def _drawn(self, chosen: Whole, count: int) -> float | None:
        times = np.bincount(chosen, minlength=count).astype(float)
        a, b = times[self.first], times[self.second]
        tried = float(a @ self.tried @ b)
        return float(a @ self.won @ b) / tried if tried else None


def by_counts(area: float, first: int, second: int) -> tuple[float, float]:
    """The interval at LEVEL of an area from so many of either side (Newcombe 2006, method 5).

    Those areas are in it that lie no more than 1.96 of their own standard deviations (Hanley, McNeil 1982, for
    exponential scores) from the measured one.
    """
    true = np.linspace(0, 1, 2001)
    rest = (first + second) / 2 - 1
    inner = 1 + rest * ((1 - true) / (2 - true) + true / (1 + true))
    variance = true * (1 - true) * inner / (first * second)
    held = true[np.abs(area - true) <= 1.96 * np.sqrt(variance) + 2.5e-4]
    return float(held.min()), float(held.max())


def wins(
    rows: Floats, second: Labels, sources: Whole, repeats: int = REPEATS, seed: int = 0
) -> Wins:
    """Cross-validated: rows (n, m) of both sets, which are of the second (n,), each one's source (n,).

    Pictures of one source stand in one fold, where both sets have it too: no scene is learned by heart.
    Scores are compared within a fold, since each fold has a classifier of its own.
    """
    one, other = np.flatnonzero(~second), np.flatnonzero(second)
    won, tried = np.zeros((2, len(one), len(other)))
    for repeat in range(repeats):
        fold = _folds(second, sources, np.random.default_rng([seed, repeat]))
        for number in range(int(fold.max()) + 1):
            held = fold == number
            if not _both(second[held]) or not _both(second[~held]):
                continue
            a, b = np.flatnonzero(held[one]), np.flatnonzero(held[other])
            told = scores(rows[~held], second[~held], rows[np.concatenate([one[a], other[b]])])
            away = told[None, len(a) :] - told[: len(a), None]
            won[np.ix_(a, b)] += (away > 0) + 0.5 * (away == 0)
            tried[np.ix_(a, b)] += 1
    return Wins(won, tried, sources[one], sources[other])


def _both(second: Labels) -> bool:
    return bool(second.any() and not second.all())


def _folds(second: Labels, sources: Whole, generator: np.random.Generator) -> Whole:
    """A fold (n,) for each source: those of the first set alone, of the second and of both dealt in turn."""
    count = int(sources.max()) + 1
    kinds = kinds_of(second, sources)
    fold, dealt = np.zeros(count, np.int64), 0
    for kind in (3, 1, 2):
        own = generator.permutation(np.flatnonzero(kinds == kind))
        fold[own] = (np.arange(len(own)) + dealt) % FOLDS
        dealt += len(own)
    return fold[sources]


def kinds_of(second: Labels, sources: Whole) -> Whole:
    """Of every source: 1 where the first set alone has it, 2 the second, 3 both."""
    kinds = np.zeros(int(sources.max()) + 1, np.int64)
    np.bitwise_or.at(kinds, sources, np.where(second, 2, 1))
    return kinds


def ranked(rows: Floats) -> Floats:
    """The rank of every value in its column (n, m), from 0; equal values share their mean rank."""
    return np.asarray(rankdata(rows, axis=0) - 1, np.float64)


def alone(ranks: Floats, second: Labels) -> Floats:
    """The area by each feature alone (m,), of ranks (n, m): above 1/2 where it is larger in the second set."""
    count = int(second.sum())
    total = ranks[second].sum(axis=0) - count * (count - 1) / 2
    return np.asarray(total / (count * (len(second) - count)), np.float64)
