"""When a log says that the discriminator knows its training images by heart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

R_V = 0.5
"""Held-out photographs then look more like generated ones than like those of the training."""
GAP = 0.05
"""Of two areas under the ROC curve; the interval must also leave 0 out."""
SPAN = 2
"""Checks in a row: one is a matter of 64 crops."""


class Alarm(NamedTuple):
    """Of one validation set. since: the step of the first of the checks in a row that say so."""

    set: str
    since: int
    r_v: float | None
    gap: float

    def __str__(self) -> str:
        ratio = "undefined" if self.r_v is None else f"{self.r_v:.2f}"
        return (
            f"ALARM: the discriminator knows its training images by heart since step {self.since}: on "
            f"{self.set} r_v is {ratio}, and it tells held-out photographs from generated images worse than "
            f"those of the training by {self.gap:.2f} (area under the ROC curve); see 'Against learning by "
            "heart' in docs/training.md"
        )


def alarms(checks: Sequence[Mapping[str, Any]]) -> list[Alarm]:
    """Of the events `overfitting` of a log, the latest last: one for each set that the last SPAN accuse."""
    return [found for name in _watched(checks) if (found := _of(name, checks)) is not None]


def _watched(checks: Sequence[Mapping[str, Any]]) -> list[str]:
    """Held-out photographs under the training's degradation; under the set's where there is no such set."""
    last = checks[-1] if checks else {}
    content = [name for name in last if name.startswith("content/")]
    return content or [name for name in last if name.startswith("both/")]


def _of(name: str, checks: Sequence[Mapping[str, Any]]) -> Alarm | None:
    accusing: list[Mapping[str, Any]] = []
    for check in reversed(checks):
        if not accuses(check.get(name, {})):
            break
        accusing.append(check)
    if len(accusing) < SPAN:
        return None
    last = accusing[0][name]
    return Alarm(name, accusing[-1]["step"], last["r_v"], last["gap"]["value"])


def accuses(told: Mapping[str, Any]) -> bool:
    """Whether one check of one set says so."""
    if not told:
        return False
    ratio, gap = told["r_v"], told["gap"]
    return bool((ratio is not None and ratio > R_V) or (gap["value"] > GAP and gap["low"] > 0))
