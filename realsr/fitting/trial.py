"""How well a pipeline's LR match given pictures, and the floor beside it: the pipeline on other content."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from realsr.estimation.sets.auc import FOLDS, wins
from realsr.estimation.sets.telling import Area, compare
from realsr.fitting.marginals import Floats
from realsr.fitting.simulating import Made
from realsr.measuring.comparing import METHOD, compared_columns, told_area, told_feature
from realsr.measuring.items import Item
from realsr.measuring.sampling import source_of

FEWEST = FOLDS
"""Photographs of a set, so that each fold has one."""
OTHER = "LR that the pipeline makes of the HR against those that it makes of other HR, by the same classifier"
HALVES = (
    "LR that the pipeline makes of one half of the HR against those of the other half, by the same classifier; "
    "it knows chance, and of content only how the halves differ"
)


@dataclass(frozen=True, slots=True, eq=False)
class LrRows:
    """Features (n, m) of LR, and the photograph of each."""

    values: Floats
    sources: tuple[str, ...]

    def where(self, chosen: set[str]) -> LrRows:
        """Those of these photographs."""
        kept = [place for place, source in enumerate(self.sources) if source in chosen]
        return LrRows(self.values[kept], tuple(self.sources[place] for place in kept))


def rows_of(parts: Sequence[tuple[Item, Floats]]) -> LrRows:
    """Of items with their features (n, m) each; those without any are left out."""
    kept = [(item, values) for item, values in parts if len(values)]
    sources = [source_of(item) for item, values in kept for _ in values]
    values = np.concatenate([values for _, values in kept]) if kept else np.empty((0, 0))
    return LrRows(values, tuple(sources))


def rows_made(made: Sequence[Made]) -> LrRows:
    """Of simulated LR."""
    return rows_of([(one.item, one.values) for one in made])


def trial(pictures: LrRows, lr: LrRows) -> dict[str, Any]:
    """`auc` and `features` as `compare-sets --json` has them; `first` are the pictures."""
    rows, labels, sources = together(pictures, lr)
    found = compare(rows, labels, sources)
    features = [told_feature(one, found) for one in found.features]
    return {"auc": told_area(found.auc, METHOD), "features": features}


def floor(lr: LrRows, other: LrRows | None, seed: int) -> dict[str, Any]:
    """As `floor` of `--json`. other: LR of other content; None takes halves of `lr` by photograph."""
    first, second = (lr, other) if other is not None else _halves(lr, seed)
    found = wins(*together(first, second))
    value, ends = found.auc(), found.interval()
    area = Area(value, min(ends[0], value), max(ends[1], value))
    return told_area(area, OTHER if other is not None else HALVES)


def _halves(lr: LrRows, seed: int) -> Iterator[LrRows]:
    known = np.unique(lr.sources)
    mixed = np.random.default_rng(seed).permutation(known)
    for half in (mixed[0::2], mixed[1::2]):
        yield lr.where(set(map(str, half)))


def together(first: LrRows, second: LrRows) -> tuple[Floats, Any, Any]:
    """Rows, which are of the second, and numbers of their photographs: what `wins` and `compare` take."""
    rows = compared_columns(np.concatenate([first.values, second.values]))
    labels = np.arange(len(rows)) >= len(first.values)
    sources = np.unique([*first.sources, *second.sources], return_inverse=True)[1]
    return rows, labels, sources.astype(np.int64)
