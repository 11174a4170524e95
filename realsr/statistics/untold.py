"""The two ways in which a request for a number ends without one: a stated reason, and an error."""

from __future__ import annotations

from dataclasses import dataclass

from degrade.errors import DegradeError


class StatisticsError(DegradeError):
    """Numbers that do not belong together: shapes, names or ranges contradict one another."""


@dataclass(frozen=True)
class Untold:
    """No number, and why: 'too few to tell: ...', 'degenerate line: ...'."""

    reason: str

    def __str__(self) -> str:
        return self.reason
