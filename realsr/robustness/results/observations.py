"""The values of one metric, model by model and picture by picture, and full tables cut from them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from realsr.metrics.metric import Better
from realsr.robustness.results.quality import quality
from realsr.robustness.results.record import Cell
from realsr.statistics.components import TwoWayTable
from realsr.statistics.untold import StatisticsError


class Place(NamedTuple):
    """A picture of a test set: an image under one of its draws."""

    image: str
    variant: int


@dataclass(frozen=True)
class Observation:
    """One number of one model on one picture; or none (`value` None or not finite), and why."""

    model: str
    test_set: str
    image: str
    variant: int
    value: float | None
    reason: str = ""

    @property
    def place(self) -> Place:
        return Place(self.image, self.variant)

    @property
    def fault(self) -> str | None:
        """Why there is no number to count with."""
        if self.value is None:
            return self.reason or "no value and no reason were recorded"
        return None if math.isfinite(self.value) else f"the value is {self.value}"


@dataclass(frozen=True)
class Missing:
    """A picture without a number, whose it is, and why. A cell carries all of its own."""

    model: str
    test_set: str
    image: str
    variant: int
    reason: str


Numbers = Mapping[Place, float]


@dataclass(frozen=True)
class Observations:
    """Numbers of one metric by (model, test set), and what is missing there."""

    numbers: Mapping[tuple[str, str], Numbers]
    missing: Mapping[tuple[str, str], tuple[Missing, ...]] = field(default_factory=dict)

    def of(self, model: str, test_set: str) -> Numbers:
        """The numbers of a model on a set; empty where there are none."""
        return self.numbers.get((model, test_set), {})

    def lacking(self, model: str, test_set: str) -> tuple[Missing, ...]:
        """What a model has no number for, on a set."""
        return self.missing.get((model, test_set), ())


def observed(cells: Iterable[Cell], metric: str, turned: Better | None = None) -> Observations:
    """The numbers of a metric, and why others are not there. turned: how the metric is read, for numbers that
    are turned so that more is better. Raises StatisticsError where one picture was answered twice by a model.
    """
    return gathered(_observations(cells, metric, turned))


def _observations(
    cells: Iterable[Cell], metric: str, turned: Better | None
) -> Iterator[Observation]:
    for cell in cells:
        value = cell.scores.get(metric)
        if value is not None and turned is not None:
            value = quality(turned, value)
        yield Observation(cell.model, cell.set, cell.image, cell.variant, value, cell.lack(metric))


def gathered(observations: Iterable[Observation]) -> Observations:
    """Observations by model and set. Raises StatisticsError where one picture was observed twice."""
    numbers: dict[tuple[str, str], dict[Place, float]] = {}
    missing: dict[tuple[str, str], list[Missing]] = {}
    seen: set[tuple[str, str, Place]] = set()
    for one in observations:
        key = one.model, one.test_set
        if (*key, one.place) in seen:
            raise StatisticsError(
                f"{one.model} has two values on {one.test_set}, {one.image}, variant {one.variant}; "
                "expected one"
            )
        seen.add((*key, one.place))
        fault = one.fault
        if fault is None and one.value is not None:
            numbers.setdefault(key, {})[one.place] = one.value
        else:
            missing.setdefault(key, []).append(Missing(*key, *one.place, fault or ""))
    return Observations(numbers, {key: tuple(found) for key, found in missing.items()})


def shared_tables(columns: Sequence[Numbers]) -> list[TwoWayTable]:
    """A table images x variants for each column, of the images that every column has in all variants.

    Empty tables where there is no such image. What is left out must be told beside the result.
    """
    variants = sorted({place.variant for column in columns for place in column})
    images = sorted({place.image for column in columns for place in column})
    full = [image for image in images if _everywhere(columns, image, variants)]
    return [
        np.array([[column[Place(image, variant)] for variant in variants] for image in full])
        .reshape(len(full), len(variants))
        .astype(np.float64)
        for column in columns
    ]


def _everywhere(columns: Sequence[Numbers], image: str, variants: Sequence[int]) -> bool:
    return all(Place(image, variant) in column for column in columns for variant in variants)
