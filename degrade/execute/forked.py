"""Worker processes that are forked from this one: the same code, the same plugins, nothing to import again.

Threads share one interpreter and wait for one another between any two of their short calls; on four cores that
costs half of the machine. Processes do not.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing.connection import Connection, wait
from typing import Any

from degrade.errors import DegradeError
from degrade.execute.signals import let_through, signals_kept_back
from degrade.execute.threads import become_worker, single_threaded_cv2


def can_fork() -> bool:
    """Whether this process may fork workers: on Linux, unless it is a daemon, such as a data loader's worker.

    macOS has the call, but its own libraries do not survive it.
    """
    return sys.platform.startswith("linux") and not multiprocessing.current_process().daemon


@contextmanager
def forked_pool(
    workers: int,
    begin: Callable[..., None] | None = None,
    *arguments: Any,
    unsaved: bool = False,
) -> Iterator[ProcessPoolExecutor]:
    """A pool of processes that run torch and OpenCV single-threaded, each after `begin(*arguments)`.

    What `begin` is given is inherited, not copied, so it may be memory that all share. The processes leave
    Ctrl-C to their parent and end when it does, however it ends. unsaved: what they are at is of no use to
    anybody once this is left by an exception, so that they end in the middle of it; else each first ends its
    running job. Raises DegradeError where there is no fork.
    """
    if not can_fork():
        raise DegradeError(
            f"no worker processes here: they need Linux (this is {sys.platform}) and a parent that may have "
            "children, which a data loader's worker may not; use threads"
        )
    context = multiprocessing.get_context("fork")
    # What is sent is never received: every process sees that there is something.
    end, bell = context.Pipe(duplex=False)
    given = (end, begin, arguments)
    with end, bell, ProcessPoolExecutor(workers, context, _begin, given) as pool:
        # The first job forks them all. OpenCV's own threads have to be gone by then: a child would inherit
        # their books without them, and wait for ever for one to answer. It inherits the count of one, too.
        with single_threaded_cv2(), signals_kept_back():
            pool.submit(_nothing).result()
        try:
            yield pool
        except BaseException:
            if unsaved:
                bell.send_bytes(b"end")
            pool.shutdown(cancel_futures=True)
            raise


def _nothing() -> None:
    pass


def _begin(end: Connection, begin: Callable[..., None] | None, arguments: tuple[Any, ...]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    let_through()
    threading.Thread(target=_end_with_parent, args=(end,), daemon=True).start()
    become_worker()
    if begin is not None:
        begin(*arguments)


def _end_with_parent(end: Connection) -> None:
    """Ends this process at once when its parent is gone, or wants it so: an orphan would wait for ever."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    wait([parent.sentinel, end])
    os._exit(1)
