"""What a term usually is, and whether it has exploded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from torch import Tensor

KEEPS = 0.99
FIRST = 20
"""Steps before a term may be said to explode: the first ones fall by themselves."""


@dataclass
class Levels:
    """means: running means of |term| of the steps that were taken, by side and term; seen: their number.
    most: how many times its mean a term may be."""

    most: float
    means: dict[str, float] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=dict)

    def exploded(self, side: str, terms: Mapping[str, Tensor]) -> dict[str, float]:
        """How many times its mean each term is that is above `most`."""
        found: dict[str, float] = {}
        for name, value in terms.items():
            key = f"{side}/{name}"
            mean = self.means.get(key, 0.0)
            if self.seen.get(key, 0) >= FIRST and mean > 0:
                times = abs(float(value)) / mean
                found |= {name: times} if times > self.most else {}
        return found

    def see(self, side: str, terms: Mapping[str, Tensor]) -> None:
        """Takes the terms of a step."""
        for name, value in terms.items():
            key, size = f"{side}/{name}", abs(float(value))
            self.means[key] = KEEPS * self.means.get(key, size) + (1 - KEEPS) * size
            self.seen[key] = self.seen.get(key, 0) + 1
