"""k-medoids: the cases that stand best for all."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from realsr.statistics.resampling import Floats
from realsr.statistics.untold import StatisticsError

Indices = npt.NDArray[np.intp]


class Clusters(NamedTuple):
    """medoids: indices, the largest cluster's first. labels: for every point the place of its medoid in
    `medoids`. cost: sum of distances to the own medoid."""

    medoids: Indices
    labels: Indices
    cost: float

    @property
    def sizes(self) -> Indices:
        """How many points each medoid stands for; they add up to all."""
        return np.bincount(self.labels, minlength=len(self.medoids))


def distances(points: Floats) -> Floats:
    """Euclidean distances between the rows of `points`, n x n."""
    squares = (points**2).sum(1)
    products = squares[:, None] + squares[None, :] - 2.0 * points @ points.T
    np.fill_diagonal(products, 0.0)
    between: Floats = np.sqrt(np.maximum(products, 0.0))
    return between


def k_medoids(between: Floats, count: int) -> Clusters:
    """`count` points that bring the sum of all points' distances to the nearest of them to a local minimum.

    between: n x n distances. Greedy start and best swaps until none helps (PAM, Kaufman and Rousseeuw 1987; all
    swaps of a round at once after Schubert and Rousseeuw 2019). Deterministic; ties go to the earlier point.
    Raises StatisticsError for a count that the points do not have.
    """
    if between.ndim != 2 or between.shape[0] != between.shape[1]:
        raise StatisticsError(f"distances of shape {between.shape}; expected n x n")
    if not 1 <= count <= len(between):
        raise StatisticsError(
            f"{count} medoids of {len(between)} points; expected 1 to {len(between)}"
        )
    medoids = _greedy(between, count)
    while (swap := _best_swap(between, medoids)) is not None:
        medoids[swap[0]] = swap[1]
    return _ordered(between, medoids)


def _greedy(between: Floats, count: int) -> Indices:
    medoids = [int(between.sum(0).argmin())]
    nearest = between[:, medoids[0]].copy()
    for _ in range(count - 1):
        savings = np.maximum(nearest[:, None] - between, 0.0).sum(0)
        savings[medoids] = -1.0
        medoids.append(int(savings.argmax()))
        np.minimum(nearest, between[:, medoids[-1]], out=nearest)
    return np.array(medoids, dtype=np.intp)


def _best_swap(between: Floats, medoids: Indices) -> tuple[int, int] | None:
    """Place of the medoid to go and point to come in its stead, or None where no swap lowers the cost."""
    own = between[:, medoids]
    label, first = own.argmin(1), own.min(1)
    second = np.partition(own, 1, axis=1)[:, 1] if len(medoids) > 1 else np.full(len(own), np.inf)
    with_new = np.minimum(between, first[:, None])
    without_own = np.minimum(between, second[:, None])
    change = np.zeros((len(medoids), len(between)))
    np.add.at(change, label, without_own - with_new)
    change += (with_new - first[:, None]).sum(0)
    change[:, medoids] = 0.0
    place, point = np.unravel_index(int(change.argmin()), change.shape)
    helps = change[place, point] < -1e-9 * max(float(first.sum()), 1e-30)
    return (int(place), int(point)) if helps else None


def _ordered(between: Floats, medoids: Indices) -> Clusters:
    """The largest cluster first; of equal points the medoid belongs to itself."""
    own = between[:, medoids]
    labels = own.argmin(1)
    labels[medoids] = np.arange(len(medoids))
    order = np.lexsort((medoids, -np.bincount(labels, minlength=len(medoids))))
    return Clusters(medoids[order], np.argsort(order)[labels], float(own.min(1).sum()))
