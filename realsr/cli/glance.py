"""A look at the HR of a run while it runs: few pictures, little of its time, nothing of what it makes."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from realsr.cli.progress import Progress
from realsr.cli.reporting import say

SHARE = 0.04
"""Of the time that has passed, which looks may have taken: under the twentieth that is promised."""
FIRST = 1.0
"""Seconds that the first look is taken to cost, since what it needs is loaded then."""
MOST = 64
"""Pictures that are looked at."""
HINT = "`realsr check-hr` looks at all of them; --no-check-hr at none"

Find = Callable[[], Sequence[Path]]
Look = Callable[[Path], dict[str, str]]


def _look(path: Path) -> dict[str, str]:
    from realsr.measuring.glimpse import (
        glimpse,
    )  # late: what measures is slow to load, and most runs end before

    return glimpse(path)


class Glance:
    """Looks at the next picture whenever there is time for it, and tells each kind of fault once.

    find: the pictures, called with the first look. look: faults of one by name, as sentences. clock: seconds,
    from whenever.
    """

    def __init__(
        self, find: Find, look: Look = _look, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._find, self._look, self._clock = find, look, clock
        self._began, self._spent, self._cost = clock(), 0.0, FIRST
        self._left: list[Path] | None = None
        self._looked = 0
        self._counts: Counter[str] = Counter()

    def tick(self) -> None:
        """Called as often as anything happens; at once over where there is no time."""
        begun = self._clock()
        if self._left == [] or self._spent + self._cost > SHARE * (begun - self._began):
            return
        if self._left is None:
            self._left = _chosen(self._find())
        if self._left:
            self._tell(self._left.pop())
        took = self._clock() - begun
        self._spent += took
        self._cost = max(took, self._cost) if self._looked > 1 else took

    def _tell(self, path: Path) -> None:
        found = self._look(path)
        self._looked += 1
        for name, sentence in found.items():
            if not self._counts[name]:
                say(f"{path}: {sentence}; {HINT}")
        self._counts.update(found.keys())

    def close(self) -> None:
        """Says what was found, where it was found more than once."""
        if self._counts.total() > len(self._counts):
            told = ", ".join(f"{count} {name}" for name, count in self._counts.items())
            say(f"of {self._looked} pictures that were looked at, {told}; {HINT}")


def _chosen(paths: Sequence[Path]) -> list[Path]:
    """In the same order every time, from all over."""
    return random.Random(0).sample(list(paths), min(MOST, len(paths)))


class GlancingProgress(Progress):
    """A run's progress, with a look after every pair where there is time."""

    def __init__(self, glance: Glance | None) -> None:
        super().__init__()
        self._glance = glance

    def made(self, count: int = 1) -> None:
        super().made(count)
        if self._glance is not None:
            self._glance.tick()

    def close(self) -> None:
        super().close()
        if self._glance is not None:
            self._glance.close()
