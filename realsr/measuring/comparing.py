"""Two folders compared: what `compare-sets --json` prints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from realsr.estimation.estimator import Quantity
from realsr.estimation.sets.auc import Whole, alone, ranked
from realsr.estimation.sets.classifier import Floats, Labels
from realsr.estimation.sets.telling import DEALS, FEWEST, Area, Feature, TwoSets, compare
from realsr.estimation.single.feature_names import NAMES
from realsr.estimation.table import PICTURE_ROWS, quantities
from realsr.files.errors import RequestError
from realsr.measuring.records import Record
from realsr.measuring.sampling import Sampled, source_of

METHOD = (
    "ridge regression on the predictor's features, cross-validated by source; sources drawn again"
)
FLOOR_METHOD = f"the same pictures dealt at random into two sets of as many sources, {DEALS} times"
SIZE = NAMES.index("size")


def compared(first: Sequence[Sampled], second: Sequence[Sampled], side: int) -> Record:
    """The whole record. Raises RequestError where a set has too few sources that can be looked at."""
    refuse_few(first, second)
    both = [one for one in (*first, *second) if one.values is not None]
    count = sum(one.values is not None for one in first)
    labels = np.arange(len(both)) >= count
    sources = _numbered(both)
    rows = compared_columns(np.array([one.values for one in both], np.float64))
    found = compare(rows, labels, sources)
    return {
        "pictures": [int((~labels).sum()), int(labels.sum())],
        "sources": [len(set(sources[own])) for own in (~labels, labels)],
        "side": side,
        "auc": told_area(found.auc, METHOD),
        "floor": told_area(found.floor, FLOOR_METHOD),
        "differ": found.differ,
        "features": [told_feature(one, found) for one in found.features],
        "marginals": _marginals(both, labels),
    }


def refuse_few(first: Sequence[Sampled], second: Sequence[Sampled]) -> None:
    """Raises RequestError where a set has too few sources of which something is known."""
    for name, samples in (("first", first), ("second", second)):
        count = len({source_of(one.item) for one in samples if one.fault is None})
        if count < FEWEST:
            raise RequestError(
                f"the {name} set has {count} photographs that can be looked at; {FEWEST} are needed to learn "
                "on some and test on others"
            )


def compared_columns(rows: Floats) -> Floats:
    """Features (n, m) without the picture's size, which is no property of how it was degraded."""
    return np.asarray(np.delete(rows, SIZE, axis=1), np.float64)


def _numbered(samples: Sequence[Sampled]) -> Whole:
    return np.unique([source_of(one.item) for one in samples], return_inverse=True)[1].astype(
        np.int64
    )


def told_area(area: Area, method: str) -> dict[str, Any]:
    """An area as `--json` prints it."""
    return {**asdict(area), "level": 0.95, "method": method}


def told_feature(one: Feature, found: TwoSets) -> dict[str, Any]:
    """A feature as `--json` prints it."""
    name = [*NAMES[:SIZE], *NAMES[SIZE + 1 :]][one.number]
    higher = "second" if one.second > one.first else "first"
    ends = {"first": one.first, "second": one.second, "higher_in": higher}
    return {"name": name, "auc": one.auc, **ends, "beyond_chance": one.auc > found.chance}


def _marginals(samples: Sequence[Sampled], second: Labels) -> dict[str, Any]:
    """What the estimators tell of each set, side by side; a NAME that hardly any picture has is left out."""
    told = {}
    for name, quantity in quantities(PICTURE_ROWS).items():
        has = np.array([name in one.told for one in samples])
        if min((has & own).sum() for own in (second, ~second)) >= FEWEST // 2:
            values = np.array([one.told[name] for one in samples if name in one.told])
            told[name] = _marginal(values, second[has], quantity)
    return told


def _marginal(values: np.ndarray, second: Labels, quantity: Quantity) -> dict[str, Any]:
    area = float(alone(ranked(values[:, None]), second)[0])
    sides = {"first": _spread(values[~second]), "second": _spread(values[second])}
    return {**sides, "auc": max(area, 1 - area), "unit": quantity.unit}


def _spread(values: np.ndarray) -> dict[str, float | int]:
    """The median, and the tenth below and above which a picture lies."""
    low, middle, high = map(float, np.quantile(values, [0.1, 0.5, 0.9]))
    return {"median": middle, "tenth": low, "ninth": high, "of": len(values)}
