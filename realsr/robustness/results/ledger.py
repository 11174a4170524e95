"""What a run learns beside numbers, and what it says of it."""

from __future__ import annotations

from dataclasses import dataclass, field

AnswerKey = tuple[str, str, str]
"""Model, set, key."""


@dataclass
class Ledger:
    """absent: why a column cannot be computed on this machine. failed: why a model has no answer."""

    absent: dict[str, str] = field(default_factory=dict)
    failed: dict[AnswerKey, str] = field(default_factory=dict)
