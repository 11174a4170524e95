"""The lock of a folder: one process works in it at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import BaseFileLock, FileLock, Timeout

from realsr.files.confinement import confined
from realsr.files.errors import FolderBusyError
from realsr.files.whole import beginning

LOCK = ".realsr.lock"


@contextmanager
def held(root: Path, busy: str) -> Iterator[None]:
    """A directory held against other processes; meanwhile nothing of it is written through a link out of it.

    The operating system drops the lock with its process, so a dead one never blocks the next.
    Raises FolderBusyError with the words of `busy` if another process holds it, RequestError if nothing can be
    written there.
    """
    lock = _acquired(root, busy)
    try:
        with confined(root):
            yield
    finally:
        lock.release()


def _acquired(root: Path, busy: str) -> BaseFileLock:
    lock = FileLock(root / LOCK)
    try:
        with beginning(root):
            lock.acquire(blocking=False)
    except Timeout as error:
        raise FolderBusyError(busy) from error
    return lock
