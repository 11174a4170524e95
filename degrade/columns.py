"""What was drawn for a whole batch, as columns: the same decisions as its traces, operator by operator.

A value is a number in an array. Texts are numbers too, beyond every number that a field may hold; `Vocabulary`
gives them. The traces themselves are made where somebody asks for them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from degrade.trace import Scalar, Step

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

TEXTS = 2.0**1000
"""From here on a number stands for a text."""

_STEP = 2.0**980


class NoColumnError(ValueError):
    """A value that no column can hold."""


class Vocabulary:
    """Texts as numbers: text i is TEXTS + i * 2**980."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._numbers: dict[str, float] = {}

    def number(self, value: Scalar) -> float:
        """The number of a value; raises NoColumnError for one that float64 does not hold exactly."""
        if not isinstance(value, str):
            number = float(value)
            if not (abs(number) < TEXTS and number == value):
                raise NoColumnError(f"{value!r} is no exact float64 below {TEXTS:g}")
            return number
        if value not in self._numbers:
            self._numbers[value] = TEXTS + len(self.texts) * _STEP
            self.texts.append(value)
        return self._numbers[value]

    def find(self, value: Scalar) -> float:
        """The number of a value; NaN, which equals none, for a text that is not there."""
        return self._numbers.get(value, np.nan) if isinstance(value, str) else float(value)

    def value(self, number: float) -> float | str:
        """What a number stands for."""
        return self.texts[round((number - TEXTS) / _STEP)] if number >= TEXTS else number

    def codes(self, numbers: Floats) -> Integers:
        """The numbers of texts as places in `texts`, -1 for what is no text."""
        return np.maximum((numbers - TEXTS) / _STEP, -1.0).astype(np.int64)


class LabelledStage(NamedTuple):
    """A stage: its label, and its one step where it draws nothing."""

    label: str
    step: Step | None


@dataclass(frozen=True, eq=False)
class StepColumns:
    """All steps of one operator in a batch.

    samples, places: int64 (n,), whose step it is and the how manyeth of its sample. stages, which: the
    operator's stages, and which of them each step is of, int64 (n,). values: float64 (n, fields); all that can
    be drawn suits the operator's record. texts: the texts that a field may be. keys: noise keys, uint64 (n,)
    each. step: row -> the step itself.
    """

    op: str
    samples: Integers
    places: Integers
    stages: Sequence[LabelledStage]
    which: Integers
    fields: tuple[str, ...]
    values: Floats
    texts: Mapping[str, frozenset[str]]
    keys: Mapping[str, npt.NDArray[np.uint64]]
    vocabulary: Vocabulary
    step: Callable[[int], Step]

    def column(self, field: str) -> Floats:
        """float64 (n,): a field's values."""
        column: Floats = self.values[:, self.fields.index(field)]
        return column

    def values_of(self, field: str) -> list[float | str]:
        """A field's values as they are, one a step."""
        numbers = self.column(field).tolist()
        values = {number: self.vocabulary.value(number) for number in set(numbers)}
        return list(map(values.__getitem__, numbers))


class TraceColumns(NamedTuple):
    """The traces of some samples as columns; see `Trace`."""

    scale: int
    samples: int
    hr: Sequence[StepColumns]
    lr: Sequence[StepColumns]
