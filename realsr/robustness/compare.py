"""Two runs side by side: what changed, picture by picture."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from realsr.robustness.store import Results, Row


@dataclass(frozen=True)
class Change:
    """Over the pictures for which both have a number. mean: of B less A. most: the largest of one picture."""

    model: str
    set: str
    metric: str
    pictures: int
    mean: float
    most: float

    def __str__(self) -> str:
        return (
            f"{self.model} on {self.set}: {self.metric} {self.mean:+.4f} in the mean of {self.pictures} "
            f"pictures, by at most {self.most:.4f}"
        )


@dataclass(frozen=True)
class Comparison:
    """only: names that one run alone has, in words. changes: what has numbers in both and differs."""

    only: tuple[str, ...]
    changes: tuple[Change, ...]
    compared: int


def compare(first: Results, second: Results) -> Comparison:
    """What B says otherwise than A, in A's order."""
    ours, theirs = first.by_key(), second.by_key()
    both = [(ours[key], theirs[key]) for key in ours if key in theirs]
    gaps: dict[tuple[str, str, str], list[float]] = {}
    for one, other in both:
        for metric, gap in _gaps(one, other):
            gaps.setdefault((one["model"], one["set"], metric), []).append(gap)
    changes = (_change(place, found) for place, found in gaps.items() if any(found))
    only = (*_only(first, second), *_lost(both))
    return Comparison(only, tuple(changes), sum(map(len, gaps.values())))


def _gaps(one: Row, other: Row) -> Iterator[tuple[str, float]]:
    for metric, value in one["scores"].items():
        against = other["scores"].get(metric)
        if value is not None and against is not None:
            yield metric, against - value


def _change(place: tuple[str, str, str], gaps: list[float]) -> Change:
    values = np.array(gaps)
    return Change(*place, len(gaps), float(values.mean()), float(np.abs(values).max()))


def _only(first: Results, second: Results) -> Iterator[str]:
    for part in ("models", "sets", "metrics"):
        names = [{entry["name"] for entry in each.record[part]} for each in (first, second)]
        yield from (
            f"only {first.root} has {part[:-1]} {name}" for name in sorted(names[0] - names[1])
        )
        yield from (
            f"only {second.root} has {part[:-1]} {name}" for name in sorted(names[1] - names[0])
        )


def _lost(both: list[tuple[Row, Row]]) -> Iterator[str]:
    """Answers that one run has and the other failed to get."""
    for one, other in both:
        if (one["failed"] is None) != (other["failed"] is None):
            yield f"{one['model']} on {one['set']}/{one['image']}: {one['failed'] or other['failed']}"
