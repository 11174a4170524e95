"""What the threads and processes of one run share: the request, the folder, what was made, kept and failed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, cast

from degrade.errors import DegradeError
from realsr.files.errors import StorageError
from realsr.images.errors import SourceError
from realsr.images.failures import Failure, Failures
from realsr.images.sources import Source
from realsr.pairs.folder import Folder
from realsr.pairs.job import Job
from realsr.pairs.journal import Journal
from realsr.pairs.samples import Unit
from realsr.pairs.spent import Phase, Spent
from realsr.pairs.stop import Stop

News = tuple[str, tuple[Any, ...]]
"""A note that a worker process makes: the method's name, and what it is called with."""

P = ParamSpec("P")
Note = Callable[Concatenate["Run", P], None]


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


def _noted(note: Note[P]) -> Note[P]:
    """Carried out at once, one note at a time; in a worker process put down for the one that holds the run."""

    @wraps(note)
    def put_down(run: Run, *args: P.args, **kwargs: P.kwargs) -> None:
        if run.outbox is not None:
            run.outbox.append((note.__name__, args))
        else:
            with run.lock:
                note(run, *args, **kwargs)

    return cast("Note[P]", put_down)


@dataclass
class Run:
    """What the threads and processes of a run share. outbox: the news of a worker process."""

    job: Job
    folder: Folder
    journal: Journal
    observer: Observer
    failures: Failures = field(default_factory=Failures)
    stopped: Stop = field(default_factory=Stop)
    spent: Spent = field(default_factory=Spent)
    outbox: list[News] | None = None
    made: int = 0
    kept: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def wanted(self, units: Sequence[Unit]) -> list[Unit]:
        """The units that are not on disk yet."""
        todo = [unit for unit in units if not self.is_kept(unit.key)]
        self.note_opened(len(units))
        self.note_kept(len(units) - len(todo))
        return todo

    def is_kept(self, key: str) -> bool:
        return key in self.journal and self.folder.holds(key)

    def carry_out(self, news: Iterable[News]) -> None:
        """What a worker process put down. Raises StorageError."""
        for name, arguments in news:
            getattr(self, name)(*arguments)

    @_noted
    def note_opened(self, pairs: int) -> None:
        self.observer.opened(pairs)

    @_noted
    def note_kept(self, pairs: int) -> None:
        self.kept += pairs
        self.observer.kept(pairs)

    @_noted
    def note_made(self, key: str, line: bytes) -> None:
        """A pair's files are in place: its line makes it one. Raises StorageError."""
        with self.spent.on("write"):
            self.journal.append(key, line)
        self.made += 1
        self.observer.made()

    @_noted
    def note_spent(self, seconds: Mapping[Phase, float]) -> None:
        self.spent.add(seconds)

    def note_failed(self, source: Source, error: Exception, position: int = -1) -> None:
        self._note_failure(_failure(source, error), position)

    @_noted
    def _note_failure(self, failure: Failure, position: int) -> None:
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
