"""One command in a process of its own, forked from one that has imported everything: quick, and killed in time."""

from __future__ import annotations

import json
import os
import signal
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from realsr.cli.main import app

SECONDS = 90.0
"""After which a command counts as one that hangs. A busy machine is no finding: processor time is judged apart."""


@dataclass(frozen=True)
class Answer:
    """code: the exit code; None where the process had to be killed. raised: an exception that nobody caught.

    cpu: seconds of processor time. peak: resident bytes at most, less those of the parent when it forked: what
    the parent holds of its other tests is none of the command's.
    """

    code: int | None
    out: str
    err: str
    raised: str
    cpu: float
    peak: int


def answered(words: list[str], before: Callable[[], Any] = lambda: None) -> Answer:
    """What a command does and says. before: what the child does first."""
    reading, writing = os.pipe()
    held = int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    child = os.fork()
    if not child:
        os.close(reading)
        os.setsid()
        before()
        _report(words, writing)
    os.close(writing)
    said, killed = _until_told(reading, child)
    _, _, used = os.wait4(child, 0)
    told = json.loads(said) if said else {"code": None, "out": "", "err": "", "raised": ""}
    if killed:
        told["code"] = None
    return Answer(**told, cpu=used.ru_utime + used.ru_stime, peak=used.ru_maxrss * 1024 - held)


def _report(words: list[str], writing: int) -> None:
    told = {"code": None, "out": "", "err": "", "raised": "no report"}
    try:
        done = CliRunner().invoke(app, words)
        expected = done.exception is None or isinstance(done.exception, SystemExit)
        raised = "" if expected else "".join(traceback.format_exception(done.exception))
        told = {"code": done.exit_code, "out": done.stdout, "err": done.stderr, "raised": raised}
    finally:
        try:
            with os.fdopen(writing, "wb") as pipe:
                pipe.write(json.dumps(told).encode())
        finally:  # or it would go on as the test's process, where that is gone
            os._exit(0)


def _until_told(reading: int, child: int) -> tuple[bytes, bool]:
    """All that the child says before its end; whether it had to be killed, with whatever it had begun."""
    killed = False

    def kill(number: int, frame: object) -> None:
        nonlocal killed
        killed = True
        with suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)

    before = signal.signal(signal.SIGALRM, kill)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        with os.fdopen(reading, "rb") as pipe:
            return pipe.read(), killed
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
