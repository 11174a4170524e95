"""What those who work on one run share, be they threads or processes forked from this one."""

from __future__ import annotations

import mmap
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from realsr.pairs.events import Event, PairsKept, Phase, SourceOpened, TimeSpent
from realsr.pairs.job import PairsJob
from realsr.pairs.journal import Journal
from realsr.pairs.samples import Unit
from realsr.pairs.store.protocol import PairStore, holds
from realsr.pairs.tally import Observer, Tally, timed
from realsr.stopwatch import Stopwatch

__all__ = ["Observer", "Run"]


class Stop:
    """One flag: set once, seen by all. A byte of shared memory: a process that dies can leave no lock on it."""

    def __init__(self) -> None:
        self._byte = mmap.mmap(-1, 1)

    def set(self) -> None:
        self._byte[0] = 1

    def is_set(self) -> bool:
        return self._byte[0] == 1


@dataclass(frozen=True)
class Run:
    """tell: takes what happens, to the tally or on its way there. journal: tells what an earlier run made."""

    job: PairsJob
    store: PairStore
    journal: Journal
    tell: Callable[[Event], None]
    spent: Stopwatch[Phase]
    stopped: Stop = field(default_factory=Stop)

    @classmethod
    def kept_by(cls, tally: Tally, job: PairsJob, store: PairStore) -> Run:
        """A run whose events go straight into the tally."""
        return cls(job, store, tally.journal, tally.enter, tally.spent)

    def elsewhere(self, news: list[Event]) -> Run:
        """The run as a worker process has it: its events wait in `news` for whoever keeps the tally."""
        return replace(self, tell=news.append, spent=timed())

    def tell_time(self) -> None:
        """Tells how long a worker process took: the last of its events."""
        self.tell(TimeSpent(self.spent.seconds))

    def wanted(self, units: Sequence[Unit]) -> list[Unit]:
        """The units that are not there yet."""
        todo = [unit for unit in units if not self.is_kept(unit.key)]
        self.tell(SourceOpened(len(units)))
        self.tell(PairsKept(len(units) - len(todo)))
        return todo

    def is_kept(self, key: str) -> bool:
        return key in self.journal and holds(self.store, key)
