"""Ctrl-C between two steps, never inside one: a half-taken step could not be gone on from."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from types import FrameType
from typing import Protocol

_KINDS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)


class AskedToEnd(Protocol):
    """Whether a training is to end after its running step."""

    @property
    def asked(self) -> bool: ...


Interruptible = Callable[[], AbstractContextManager[AskedToEnd]]
"""What is open while steps are taken, so that nothing tears one."""


class StopValidationError(Exception):
    """A validation was told to end; it is taken anew when the training goes on."""


class Interrupts:
    """While it is open, the first SIGINT, SIGTERM or SIGHUP sets `asked`, and a second SIGINT raises
    KeyboardInterrupt.

    Handlers are put back at the end. In a thread that is not the main one it does nothing.
    """

    def __init__(self) -> None:
        self.asked = False
        self.before: dict[signal.Signals, object] = {}

    def __enter__(self) -> Interrupts:
        if threading.current_thread() is threading.main_thread():
            for kind in _KINDS:
                if signal.getsignal(kind) is not signal.SIG_IGN:  # as SIGHUP is under nohup
                    self.before[kind] = signal.signal(kind, self._ask)
        return self

    def __exit__(self, *error: object) -> None:
        for kind, handler in self.before.items():
            signal.signal(kind, handler)  # type: ignore[arg-type]

    def _ask(self, number: int, frame: FrameType | None) -> None:
        if self.asked and number == signal.SIGINT:
            raise KeyboardInterrupt
        self.asked = True
