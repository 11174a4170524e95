"""The space in which pictures are compared: what tells a degradation, and what tells sets apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from realsr.estimation.sets.classifier import Scale
from realsr.fitting.marginals import Floats

TELLING, MAIN = 16, 40
"""Directions that tell what was drawn, and principal ones."""
RIDGE = 0.1
"""Of the ridge regression, as a share of the pictures."""


@dataclass(frozen=True, slots=True, eq=False)
class Projection:
    """scale: of features. weights: (m, d), to the space in which pictures are compared."""

    scale: Scale
    weights: Floats

    def __call__(self, rows: Floats) -> Floats:
        """Features (n, m) -> (n, d)."""
        return np.asarray(self.scale(rows) @ self.weights, np.float64)


def projection(rows: Floats, drawn: Floats) -> Projection:
    """Of features (n, m) of a pool and what was drawn for it (n, k).

    Half of a squared distance lies along TELLING directions, which tell what was drawn whatever the picture
    shows; half along MAIN principal directions, in which a classifier finds what the first lack.
    """
    scale = Scale.of(rows)
    known = scale(rows)
    known = known - known.mean(axis=0)
    parts = [_even(known, one) for one in (_telling(known, drawn), _main(known))]
    return Projection(scale, np.concatenate(parts, axis=1))


def _telling(known: Floats, drawn: Floats) -> Floats:
    """Reduced-rank regression (Izenman 1975), columns by their deviations' root: the rare count."""
    told = drawn - drawn.mean(axis=0)
    told = told / np.sqrt(np.maximum(told.std(axis=0), 1e-3))
    ridge = RIDGE * len(known) * np.eye(known.shape[1])
    weights = np.linalg.solve(known.T @ known + ridge, known.T @ told)
    axes = np.linalg.svd(known @ weights, full_matrices=False)[2]
    return np.asarray(weights @ axes[:TELLING].T, np.float64)


def _main(known: Floats) -> Floats:
    return np.asarray(np.linalg.svd(known, full_matrices=False)[2][:MAIN].T, np.float64)


def _even(known: Floats, weights: Floats) -> Floats:
    """Directions whose deviation becomes its root, so that the first do not drown the others; of variance 1
    together."""
    spread = np.maximum((known @ weights).std(axis=0), 1e-9)
    return np.asarray(weights / np.sqrt(spread * spread.sum()), np.float64)
