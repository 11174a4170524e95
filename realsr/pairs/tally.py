"""The tally of a run: every event is entered, one at a time, in the process that began the run."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Protocol, get_args

from realsr.images.failures import Failure, Failures
from realsr.pairs.events import (
    Event,
    PairMade,
    PairsKept,
    Phase,
    SourceFailed,
    SourceOpened,
    TimeSpent,
)
from realsr.pairs.journal import Journal
from realsr.stopwatch import Stopwatch


class Observer(Protocol):
    """Who is told how a run goes; called from many threads, one call at a time."""

    def begin(self, sources: int, pairs: int | None) -> None:
        """Before any work. pairs: how many there will be if all goes well, None if sizes decide."""

    def kept(self, pairs: int) -> None:
        """Pairs that an earlier run made."""

    def opened(self, pairs: int) -> None:
        """A source's size is known, and so how many pairs it gives."""

    def made(self) -> None:
        """A pair is on disk."""

    def failed(self, failure: Failure) -> None:
        """A source failed."""


def timed() -> Stopwatch[Phase]:
    """A watch for what workers do."""
    return Stopwatch(get_args(Phase))


@dataclass
class Tally:
    """What was made, kept and failed. Safe to use from many threads."""

    journal: Journal
    observer: Observer
    failures: Failures = field(default_factory=Failures)
    spent: Stopwatch[Phase] = field(default_factory=timed)
    made: int = 0
    kept: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def enter(self, event: Event) -> None:
        """Carries an event out. Raises StorageError where a pair's line cannot be written."""
        with self._lock:
            self._enter(event)

    def _enter(self, event: Event) -> None:
        match event:
            case SourceOpened(pairs):
                self.observer.opened(pairs)
            case PairsKept(pairs):
                self.kept += pairs
                self.observer.kept(pairs)
            case PairMade(key, line):
                self._make(key, line)
            case SourceFailed(failure, position):
                self.failures.add(failure, position)
                self.observer.failed(failure)
            case TimeSpent(seconds):
                self.spent.add(seconds)

    def _make(self, key: str, line: bytes) -> None:
        with self.spent.on("write"):
            self.journal.append(key, line)
        self.made += 1
        self.observer.made()
