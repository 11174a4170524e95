"""Signals kept back over a fork: one that arrives in its middle is not lost, and does not tear the fork apart.

Python runs a signal's handler between any two lines of the main thread, also those of the hooks around a
fork. What a handler raises there is printed and forgotten, and a lock that the hooks hold, such as that of
`logging`, stays held in parent and child.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

Handler = Callable[[int, FrameType | None], Any]

KEPT_BACK = frozenset({signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM})
"""Those that ask for an end, and the alarm, by which whoever handles them may look again a little later."""


@contextmanager
def signals_kept_back() -> Iterator[None]:
    """Signals that ask for an end are noted inside, and arrive when it ends, in their order, each once.

    A child that is forked inside has them blocked, until `let_through` in it. In a thread that is not the main
    one they are blocked only: handlers do not run there.
    """
    arrived: dict[int, None] = {}

    def note(number: int, frame: FrameType | None) -> None:
        arrived[number] = None

    mask = signal.pthread_sigmask(signal.SIG_BLOCK, KEPT_BACK)
    # Blocking alone is not enough: another thread of this process takes the signal, and its handler runs here.
    handlers = _replaced(note)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        for number, handler in handlers.items():
            signal.signal(number, handler)
        for number in arrived:
            signal.raise_signal(number)


def let_through() -> None:
    """In a child, once it has said what each signal does to it: those kept back arrive, and any later one."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, KEPT_BACK)


def _replaced(handler: Handler) -> dict[int, Handler]:
    """Handlers that run Python code, put by; an ignored signal, or one that ends the process, stays so."""
    if threading.current_thread() is not threading.main_thread():
        return {}
    running = {number: signal.getsignal(number) for number in KEPT_BACK}
    ours: dict[int, Handler] = {
        number: found for number, found in running.items() if callable(found)
    }
    for number in ours:
        signal.signal(number, handler)
    return ours
