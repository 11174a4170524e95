"""What the threads of one run share: the request, the folder, what was made, kept and failed."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from degrade.errors import DegradeError
from realsr.pairs.errors import SourceError, StorageError
from realsr.pairs.failures import Failure, Failures
from realsr.pairs.folder import Folder
from realsr.pairs.job import Job
from realsr.pairs.journal import Journal
from realsr.pairs.samples import Unit
from realsr.pairs.sources import Source
from realsr.pairs.spent import Spent


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


@dataclass
class Run:
    """What the threads of a run share."""

    job: Job
    folder: Folder
    journal: Journal
    observer: Observer
    failures: Failures = field(default_factory=Failures)
    stopped: threading.Event = field(default_factory=threading.Event)
    spent: Spent = field(default_factory=Spent)
    made: int = 0
    kept: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def wanted(self, units: Sequence[Unit]) -> list[Unit]:
        """The units that are not on disk yet."""
        todo = [unit for unit in units if not self.is_kept(unit.key)]
        with self._lock:
            self.observer.opened(len(units))
        self.note_kept(len(units) - len(todo))
        return todo

    def is_kept(self, key: str) -> bool:
        return key in self.journal and self.folder.holds(key)

    def note_kept(self, pairs: int) -> None:
        with self._lock:
            self.kept += pairs
            self.observer.kept(pairs)

    def note_made(self) -> None:
        with self._lock:
            self.made += 1
            self.observer.made()

    def note_failed(self, source: Source, error: Exception, position: int = -1) -> None:
        failure = _failure(source, error)
        with self._lock:
            self.failures.add(failure, position)
            self.observer.failed(failure)


def _failure(source: Source, error: Exception) -> Failure:
    name = source.path.name
    match error:
        case SourceError():
            return Failure(source.id, name, error.kind, error.reason)
        case StorageError():
            return Failure(source.id, name, "storage", str(error))
        case DegradeError():
            return Failure(source.id, name, "degradation", str(error))
        case _:
            reason = f"making its pair failed with {type(error).__name__}: {error}"
            return Failure(source.id, name, "degradation", reason)
