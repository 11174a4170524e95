"""Where the time of a run goes, summed over its workers."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Literal, get_args

Phase = Literal["decode", "degrade", "encode", "write"]


class Spent:
    """Seconds that workers were in each phase; safe to add to from any of them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.seconds: dict[Phase, float] = dict.fromkeys(get_args(Phase), 0.0)

    @contextmanager
    def on(self, phase: Phase) -> Iterator[None]:
        """Adds the time inside to a phase."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.add({phase: time.perf_counter() - start})

    def add(self, seconds: Mapping[Phase, float]) -> None:
        with self._lock:
            for phase, passed in seconds.items():
                self.seconds[phase] += passed

    def words(self) -> str:
        """Such as `decode 31 %, degrade 22 %, encode 40 %, write 7 %`; empty where nothing was timed."""
        total = sum(self.seconds.values())
        if not total:
            return ""
        return ", ".join(
            f"{phase} {spent / total:.0%}".replace("%", " %")
            for phase, spent in self.seconds.items()
        )
