"""A word where loading takes long: torch from a slow disk is many seconds of silence otherwise."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from realsr.cli.terminal import hint, watched

AFTER = 2.0
"""Seconds of loading that are borne in silence."""

LOADING = "loading torch and what else the command needs, which takes longest the first time"


@contextmanager
def told_of_loading(after: float = AFTER) -> Iterator[None]:
    """Inside, says once that it loads, if it still does after so many seconds and a person watches.

    By a signal's timer and not by a thread: worker processes may be forked, which a thread would disturb. So
    nothing is said outside the main thread, without such timers, or where somebody else has set one.
    """
    if not _may_set_a_timer():
        yield
        return
    before = signal.signal(signal.SIGALRM, _tell)
    signal.setitimer(signal.ITIMER_REAL, after)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _may_set_a_timer() -> bool:
    ours = threading.current_thread() is threading.main_thread() and hasattr(signal, "setitimer")
    return ours and watched() and signal.getitimer(signal.ITIMER_REAL)[0] == 0


def _tell(number: int, frame: FrameType | None) -> None:
    while frame is not None:
        if "importlib" in frame.f_code.co_filename:
            hint(LOADING)
            return
        frame = frame.f_back
