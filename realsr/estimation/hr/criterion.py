"""A row of the table of faults: what is measured, and from where on it is a fault."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from realsr.estimation.findings import Findings
from realsr.estimation.seen import Seen


@dataclass(frozen=True, slots=True)
class FaultReading:
    """A value with its interval; both ends None where none was made."""

    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Criterion:
    """name: the fault, one word. sentence: what it does to a network, its subject the picture.

    A fault is what lies `side` the threshold with its whole interval. reading: picture and what the table of
    estimators found of it -> the reading, or a sentence why there is none.
    """

    name: str
    measures: str
    unit: str
    side: Literal["above", "below"]
    threshold: float
    sentence: str
    reading: Callable[[Seen, Findings], FaultReading | str]

    def holds(self, found: FaultReading) -> bool:
        """Whether it is a fault."""
        if self.side == "above":
            return (found.value if found.low is None else found.low) > self.threshold
        return (found.value if found.high is None else found.high) < self.threshold
