"""What Ctrl-C and its kin do to a command: the first ends it where it can go on later, the second at once.

This is the first module of ours that a command loads, and it loads nothing itself: what comes before the
handlers stand ends with Python's own traceback.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

INTERRUPTED = 130

ASKED = b"realsr: stopping after the running step; Ctrl-C again ends it at once\n"
ENDED = b"realsr: ended; what was saved before is kept\n"
UNBEGUN = b"realsr: stopped\n"
_KINDS = (
    signal.SIGINT,
    *(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)),
)

LOCKING = frozenset(
    {"concurrent", "logging", "multiprocessing", "queue", "threading", "tqdm", "weakref"}
)
"""Libraries that hold locks for a moment. An exception between two of their lines leaves one held for ever, and
whoever waits for it, be it the way out, waits for ever."""
LOOK_AGAIN = 0.005
"""Seconds after which to see whether such a moment is over."""


class Interruption:
    """The handler of a command's signals. asked: whether there was one.

    postponed: whether the first one is noted only, for the command to end when its running step has.
    """

    def __init__(self) -> None:
        self.asked = False
        self.postponed = False
        self.seen: tuple[FrameType | None, int] = (None, -1)

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """On a signal of a person, or of the system that ends."""
        if self.asked:
            if not self.postponed or number == signal.SIGINT:
                _end(ENDED)
            return  # who closes a terminal or a machine sends several kinds and means one end
        self.asked = True
        if not self.postponed and _importing(frame):
            _end(UNBEGUN)
        _write(ASKED)
        if not self.postponed:
            self.tear(0, frame)

    def tear(self, number: int, frame: FrameType | None) -> None:
        """Raises KeyboardInterrupt, but in a library that holds locks only where it stands still and waits."""
        at = (frame, frame.f_lasti if frame is not None else -1)
        still, self.seen = at == self.seen, at
        if _locking(frame) and not still and hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, LOOK_AGAIN)
            return
        self.seen = (None, -1)
        raise KeyboardInterrupt

    def swallowed(self, unraisable: Any) -> None:
        """A finaliser or a callback was torn, from where no exception leaves: raised anew a little later."""
        if self.asked and issubclass(unraisable.exc_type, KeyboardInterrupt):
            if hasattr(signal, "setitimer"):
                signal.setitimer(signal.ITIMER_REAL, LOOK_AGAIN)
            return
        sys.__unraisablehook__(unraisable)


_present: Interruption | None = None


@contextmanager
def stoppable() -> Iterator[Interruption]:
    """Inside, SIGINT, SIGTERM and SIGHUP raise KeyboardInterrupt once; a second one ends the process there and
    then, with the exit code of an interruption, and worker processes end with it. In an import, where nothing
    has begun and other people's code may drop exceptions, the first one does that.

    What was ignored before, such as SIGHUP under `nohup`, stays ignored. To be entered in the main thread.
    """
    global _present
    ours, outer = Interruption(), _present
    before = _handled(ours)
    hook, sys.unraisablehook, _present = sys.unraisablehook, ours.swallowed, ours
    try:
        yield ours
    finally:
        _present = outer
        # Once asked, a further Ctrl-C on the way out has to end it without a stack trace.
        if not ours.asked:
            sys.unraisablehook = hook
            for kind, handler in before.items():
                signal.signal(kind, handler)


@contextmanager
def postponed() -> Iterator[Interruption]:
    """In a stoppable command: inside, the first signal is only noted as `asked`, for who works step by step.

    Elsewhere nothing is ever asked.
    """
    present = _present or Interruption()
    present.postponed = True
    try:
        yield present
    finally:
        present.postponed = False


def leaving(code: int) -> None:
    """To be called where a process has nothing more to do but to end: no signal changes its exit code.

    Interrupted, it ends here: what it would wait for is saved, or is made again.
    """
    if code == INTERRUPTED:
        for stream in (sys.stdout, sys.stderr):
            with suppress(Exception):  # closed, or nobody reads it
                stream.flush()
        os._exit(code)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _handled(ours: Interruption) -> dict[int, Any]:
    """Sets the handlers; what stood there before."""
    before = {kind: signal.getsignal(kind) for kind in _KINDS}
    before = {kind: found for kind, found in before.items() if found is not signal.SIG_IGN}
    for kind in before:
        signal.signal(kind, ours)
    if hasattr(signal, "SIGALRM"):
        before[signal.SIGALRM] = signal.signal(signal.SIGALRM, ours.tear)
    return before


def _importing(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False


def _locking(frame: FrameType | None) -> bool:
    return frame is not None and _library(frame) in LOCKING


def _library(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", "")).partition(".")[0]


def _end(sentence: bytes) -> None:
    _write(sentence)
    os._exit(INTERRUPTED)


def _write(sentence: bytes) -> None:
    """Past Python's own streams, which the signal may have come in the middle of."""
    with suppress(OSError):  # it may be closed
        os.write(2, sentence)
