"""A row of the table of estimators."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from realsr.estimation.findings import Findings
from realsr.estimation.seen import Seen, SeenPair

Kind = Literal["number", "angle", "name", "table", "kernel"]
"""How values of several pictures become one: the median of numbers and of directions (in radians, the same half
a turn on), the most frequent name or table, the mean kernel."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """One NAME of the output. measures: in a few words. kind: see `Kind`. least, most: that it can be."""

    name: str
    measures: str
    unit: str
    kind: Kind = "number"
    least: float = -math.inf
    most: float = math.inf

    def within(self, value: float) -> float:
        """The nearest value that the quantity can have: an interval's end beyond it holds nothing more."""
        return min(max(value, self.least), self.most)


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What a caller wants to know.

    scale: of the LR, in HR pixels of which a kernel is told. slow: whether estimators marked so run too.
    """

    scale: int = 4
    slow: bool = False


@dataclass(frozen=True, slots=True)
class PictureEstimator:
    """Measures one picture. function: picture, what is asked, what the rows before found -> findings."""

    quantities: tuple[Quantity, ...]
    function: Callable[[Seen, Inquiry, Findings], Findings]
    slow: bool = False


@dataclass(frozen=True, slots=True)
class PairEstimator:
    """Measures a pair. function: pair, what is asked, what the rows before found -> findings."""

    quantities: tuple[Quantity, ...]
    function: Callable[[SeenPair, Inquiry, Findings], Findings]
    slow: bool = False
