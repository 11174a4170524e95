"""Two runs side by side: what changed, with the statistics of the change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from realsr.robustness.results.observations import Place, shared_tables
from realsr.robustness.results.record import Cell, Record
from realsr.robustness.results.store import Results
from realsr.statistics import comparisons
from realsr.statistics.components import TwoWayTable
from realsr.statistics.untold import Untold

_Spot = tuple[str, str, str]
"""Model, set, metric."""


@dataclass(frozen=True)
class Change:
    """Over the pictures for which both have a number. mean: of B less A. most: the largest of one picture.
    over: the mean over the images, with its interval and Holm's p over all models and sets of the metric: would
    other photographs show a change of the mean too? None where no image has all its draws.
    """

    model: str
    set: str
    metric: str
    pictures: int
    mean: float
    most: float
    over: comparisons.Comparison | None = None

    def __str__(self) -> str:
        return (
            f"{self.model} on {self.set}: {self.metric} {self.mean:+.4f}{self._sure()} in the mean of "
            f"{self.pictures} pictures, by at most {self.most:.4f}"
        )

    def _sure(self) -> str:
        if self.over is None:
            return ""
        found = self.over.difference.interval
        if isinstance(found, Untold):
            return f" ({found})"
        holm = "" if self.over.holm is None else f", Holm p {self.over.holm:.2g}"
        return f" [{found.low:+.4f}, {found.high:+.4f}] ({found.method}{holm})"


@dataclass(frozen=True)
class RunComparison:
    """only: names that one run alone has, in words. changes: what has numbers in both and differs."""

    only: tuple[str, ...]
    changes: tuple[Change, ...]
    compared: int


def compare(first: Results, second: Results) -> RunComparison:
    """What B says otherwise than A, in A's order."""
    ours, theirs = first.by_key(), second.by_key()
    both = [(ours[key], theirs[key]) for key in ours if key in theirs]
    pairs: dict[_Spot, dict[Place, tuple[float, float]]] = {}
    for one, other in both:
        place = Place(one.image, one.variant)
        for metric, pair in _pairs(one, other):
            pairs.setdefault((one.model, one.set, metric), {})[place] = pair
    tested = _tested(pairs)
    changes = (_change(spot, found, tested.get(spot)) for spot, found in pairs.items())
    only = (*_only(first, second), *_lost(both))
    told = tuple(change for change in changes if change.most)
    return RunComparison(only, told, sum(map(len, pairs.values())))


def _pairs(one: Cell, other: Cell) -> Iterator[tuple[str, tuple[float, float]]]:
    for metric, value in one.scores.items():
        against = other.scores.get(metric)
        if value is not None and against is not None:
            yield metric, (value, against)


def _tested(
    pairs: Mapping[_Spot, Mapping[Place, tuple[float, float]]],
) -> dict[_Spot, comparisons.Comparison]:
    """Paired by picture; Holm's family is all models and sets of one metric, changed or not."""
    found: dict[_Spot, comparisons.Comparison] = {}
    for metric in dict.fromkeys(spot[2] for spot in pairs):
        family = {
            spot: comparisons.compare([after], [before], "own")
            for spot, told in pairs.items()
            if spot[2] == metric
            for before, after in [_tables(told)]
            if before.size
        }
        found |= zip(family, comparisons.corrected(list(family.values())), strict=True)
    return found


def _tables(told: Mapping[Place, tuple[float, float]]) -> Sequence[TwoWayTable]:
    """A's and B's numbers, images x draws, of the images that have all draws."""
    return shared_tables([{place: pair[side] for place, pair in told.items()} for side in (0, 1)])


def _change(
    spot: _Spot,
    told: Mapping[Place, tuple[float, float]],
    tested: comparisons.Comparison | None,
) -> Change:
    gaps = np.array([after - before for before, after in told.values()])
    return Change(*spot, len(told), float(gaps.mean()), float(np.abs(gaps).max()), tested)


def _only(first: Results, second: Results) -> Iterator[str]:
    ours, theirs = _names(first.record), _names(second.record)
    for kind, names in ours.items():
        for name in sorted(names - theirs[kind]):
            yield f"only {first.root} has {kind} {name}"
        for name in sorted(theirs[kind] - names):
            yield f"only {second.root} has {kind} {name}"


def _names(record: Record) -> dict[str, set[str]]:
    return {
        "model": {model.name for model in record.models},
        "set": {test.name for test in record.sets},
        "metric": {metric.name for metric in record.metrics},
    }


def _lost(both: Sequence[tuple[Cell, Cell]]) -> Iterator[str]:
    """Answers that one run has and the other failed to get."""
    for one, other in both:
        if (one.failed is None) != (other.failed is None):
            yield f"{one.model} on {one.set}/{one.image}: {one.failed or other.failed}"
