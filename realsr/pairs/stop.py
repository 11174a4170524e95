"""One flag for all who work on a run, be they threads or processes forked from this one."""

from __future__ import annotations

import mmap


class Stop:
    """Set once, seen by all. A byte of shared memory: a process that dies can leave no lock on it."""

    def __init__(self) -> None:
        self._byte = mmap.mmap(-1, 1)

    def set(self) -> None:
        self._byte[0] = 1

    def is_set(self) -> bool:
        return self._byte[0] == 1
