"""What an estimator answers: a measurement with its interval, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

Rows = list[list[float]]
Value = float | int | str | bool | Rows | list[list[int | None]]


@dataclass(frozen=True, slots=True)
class Measurement:
    """One value of a picture, or of a pair, with its interval.

    value: in `unit`. low, high: the interval's ends at `level`, for a kernel those of every tap; both None
    where the value is no number on a scale (a class, a table). method: how it was measured. assumes: what must
    hold for the interval to. more: what belongs to this value alone, such as a class's `probability`.
    """

    value: Value
    low: float | Rows | None
    high: float | Rows | None
    unit: str
    method: str
    assumes: str
    level: float = 0.95
    more: Mapping[str, object] = field(default_factory=dict)

    def told(self) -> dict[str, object]:
        """The measurement as `--json` prints it."""
        stated = {name: getattr(self, name) for name in ("value", "low", "high", "level")}
        words = {name: getattr(self, name) for name in ("unit", "method", "assumes")}
        return {**stated, **words, **self.more}


@dataclass(frozen=True, slots=True)
class Findings:
    """What is known of one picture: measurements by name, and the names refused, with their reasons."""

    estimates: Mapping[str, Measurement] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)

    def __or__(self, other: Self) -> Findings:
        """Both. A name that one measured and the other refused stands with its measurement."""
        estimates = {**self.estimates, **other.estimates}
        refused = {**self.refused, **other.refused}
        return Findings(estimates, {n: why for n, why in refused.items() if n not in estimates})

    def told(self) -> dict[str, object]:
        """The findings as `--json` prints them."""
        told = {name: found.told() for name, found in self.estimates.items()}
        return {"estimates": told, "refused": dict(self.refused)}


def refusal(why: str, *names: str) -> Findings:
    """None of `names` is given, for one reason."""
    return Findings(refused=dict.fromkeys(names, why))
