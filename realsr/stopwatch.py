"""Where the time of a job goes, phase by phase."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Generic, TypeVar

Phase = TypeVar("Phase", bound=str)


class Stopwatch(Generic[Phase]):
    """Seconds in each phase, summed over whoever was in it; safe to use from many threads.

    seconds: by phase, in the order of `phases`.
    """

    def __init__(self, phases: Iterable[Phase]) -> None:
        """Starts: `passed` counts from here."""
        self._lock = threading.Lock()
        self._start = time.perf_counter()
        self.seconds: dict[Phase, float] = dict.fromkeys(phases, 0.0)

    @property
    def passed(self) -> float:
        """Seconds since the start."""
        return time.perf_counter() - self._start

    @contextmanager
    def on(self, phase: Phase) -> Iterator[None]:
        """Adds the time inside to a phase, whatever ends it."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.add({phase: time.perf_counter() - start})

    def add(self, seconds: Mapping[Phase, float]) -> None:
        """Adds what another watch measured."""
        with self._lock:
            for phase, more in seconds.items():
                self.seconds[phase] += more

    def words(self) -> str:
        """Such as `decode 31 %, degrade 22 %, encode 40 %, write 7 %`; empty where nothing was timed."""
        total = sum(self.seconds.values())
        if not total:
            return ""
        shares = ((phase, 100.0 * spent / total) for phase, spent in self.seconds.items())
        return ", ".join(f"{phase} {share:.0f} %" for phase, share in shares)
