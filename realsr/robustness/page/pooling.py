"""The columns of the matrix: a test set each, save many representative cases, which stand as one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from realsr.robustness.results.observations import Numbers, Observation, Observations, gathered
from realsr.robustness.results.record import RecordedSet
from realsr.robustness.results.rows import MatrixRow

MOST = 8
"""Representative cases that still have a column each."""


@dataclass(frozen=True)
class GridColumn:
    """sets: the test sets behind it. sizes: the draws that each stands for; None counts every set once."""

    name: str
    sets: Sequence[str]
    sizes: Sequence[int] | None = None

    @property
    def single(self) -> bool:
        return len(self.sets) == 1


def columns(sets: Sequence[RecordedSet]) -> list[GridColumn]:
    """In the order of the sets; representative cases beyond MOST stand last, by their sizes and once each."""
    cases = {test.name: test.case.size for test in sets if test.case}
    if len(cases) <= MOST:
        return [GridColumn(test.name, [test.name]) for test in sets]
    alone = [GridColumn(test.name, [test.name]) for test in sets if not test.case]
    title = f"representative cases ({len(cases)})"
    weighted = GridColumn(f"{title}, weighted by draws", [*cases], [*cases.values()])
    return [*alone, weighted, GridColumn(f"{title}, each once", [*cases])]


def pooled(found: Observations, models: Sequence[str], among: Sequence[GridColumn]) -> Observations:
    """A set for every column of several: one number an image, its mean over the cases.

    An interval over such numbers is one over images; the cases are taken as given.
    """
    wide = [column for column in among if not column.single]
    new = gathered(
        one for column in wide for model in models for one in _means(found, model, column)
    )
    return Observations({**found.numbers, **new.numbers}, {**found.missing, **new.missing})


def share_below(
    found: Observations, row: MatrixRow, baseline: str, column: GridColumn, higher_is_better: bool
) -> float | None:
    """The share of images x cases where the row is strictly worse than the baseline; None without a number."""
    *own, base = (_told(found, name, column) for name in [*(m.name for m in row.models), baseline])
    images = sorted(set(base).intersection(*own))
    if not images:
        return None
    mean = np.mean([[one[image] for image in images] for one in own], axis=0)
    against = np.array([base[image] for image in images])
    worse = mean < against if higher_is_better else mean > against
    return float(np.average(worse.mean(0), weights=column.sizes))


def _means(found: Observations, model: str, column: GridColumn) -> Iterator[Observation]:
    told = _told(found, model, column)
    for image, values in told.items():
        mean = float(np.average(values, weights=column.sizes))
        yield Observation(model, column.name, image, 0, mean)
    for image, reason in _lacking(found, model, column).items():
        if image not in told:
            yield Observation(model, column.name, image, 0, None, reason)


def _told(found: Observations, model: str, column: GridColumn) -> dict[str, list[float]]:
    """A number a case for every image that lacks none."""
    by_set = [_by_image(found.of(model, name)) for name in column.sets]
    lacking = _lacking(found, model, column)
    images = sorted(set.intersection(*map(set, by_set)) - lacking.keys())
    return {image: [means[image] for means in by_set] for image in images}


def _lacking(found: Observations, model: str, column: GridColumn) -> dict[str, str]:
    """Images by the first case that they have no number under, and why."""
    lacks = [(name, lack) for name in column.sets for lack in found.lacking(model, name)]
    return {lack.image: f"{name}: {lack.reason}" for name, lack in reversed(lacks)}


def _by_image(numbers: Numbers) -> dict[str, float]:
    """The mean of every image's draws."""
    drawn = groupby(sorted(numbers), key=lambda place: place.image)
    return {image: float(np.mean([numbers[one] for one in places])) for image, places in drawn}
