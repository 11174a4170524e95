"""What Ctrl-C and its kin do to a command: the first ends it where it can go on later, the second at once."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from realsr.cli.reporting import INTERRUPTED

ASKED = b"realsr: stopping after the running step; Ctrl-C again ends it at once\n"
ENDED = b"realsr: ended; what was saved before is kept\n"
_KINDS = (
    signal.SIGINT,
    *(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)),
)


@contextmanager
def stoppable() -> Iterator[None]:
    """Inside, SIGINT, SIGTERM and SIGHUP raise KeyboardInterrupt once; a second one ends the process there and
    then, with the exit code of an interruption, and worker processes end with it.

    What was ignored before, such as SIGHUP under `nohup`, stays ignored. To be entered in the main thread.
    """
    asked: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        if asked:
            _write(ENDED)
            os._exit(INTERRUPTED)
        asked.append(number)
        _write(ASKED)
        raise KeyboardInterrupt

    before = {kind: signal.getsignal(kind) for kind in _KINDS}
    ours = [kind for kind, handler in before.items() if handler is not signal.SIG_IGN]
    for kind in ours:
        signal.signal(kind, stop)
    try:
        yield
    finally:
        if (
            not asked
        ):  # once asked, a further Ctrl-C on the way out has to end it without a stack trace
            for kind in ours:
                signal.signal(kind, before[kind])


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


def _write(sentence: bytes) -> None:
    """Past Python's own streams, which the signal may have come in the middle of."""
    with suppress(OSError):  # it may be closed
        os.write(2, sentence)
