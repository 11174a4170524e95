"""One run of pytest in a copy of the tree, forked from a process in which torch is imported already."""

from __future__ import annotations

import importlib
import os
import resource
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

# What takes seconds to import and is none of ours. It is imported once, in the process that forks.
SLOW_TO_IMPORT = (
    "numpy.testing",
    "scipy.ndimage",
    "scipy.optimize",
    "scipy.signal",
    "scipy.stats",
    "torch",
    "torch.nn.functional",
    "torch.utils.data",
    "torchvision",
    "kornia",
    "cv2",
    "tifffile",
    "jinja2",
    "pydantic",
    "yaml",
    "typer.testing",
    "hypothesis.extra.numpy",
    "hypothesis.strategies",
)
OURS = ("degrade", "realsr", "tests", "tools", "benchmarks", "conftest")
UNMARKED = "not slow and not docs"
INTERPRETED = ("tests/gpu/test_forms.py", "tests/gpu/test_psfs.py")
"""Whose tests run on a CPU where Triton interprets its kernels, which it must be told before it is imported."""


@dataclass(frozen=True)
class Limits:
    """Seconds of the processor and of the clock after which a run is ended."""

    processor: int = 60
    clock: float = 600.0


@dataclass(frozen=True)
class Ending:
    """How a run ended. failed: the first test that failed, or nothing. late: it was ended by a limit."""

    code: int
    failed: str
    late: bool
    seconds: float


@dataclass
class Trial:
    """A run under way. Ask `ended` until it says how."""

    pid: int
    log: Path
    limits: Limits
    began: float

    def ended(self) -> Ending | None:
        pid, status, used = os.wait4(self.pid, os.WNOHANG)
        if pid == 0:
            if time.monotonic() - self.began > self.limits.clock:
                os.killpg(self.pid, signal.SIGKILL)
            return None
        code = os.waitstatus_to_exitcode(status)
        late = code in (-signal.SIGXCPU, -signal.SIGKILL)
        return Ending(code, _first(self.log), late, used.ru_utime + used.ru_stime)


def import_once() -> None:
    """Before the first fork; what is absent the tests go without."""
    for name in SLOW_TO_IMPORT:
        with suppress(ImportError):
            importlib.import_module(name)


def begun(tree: Path, tests: Sequence[str], log: Path, limits: Limits) -> Trial:
    """pytest on some files or tests, up to the first that fails. Its words go to `log`."""
    _marker(log).unlink(missing_ok=True)
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        code = 70
        try:
            _become(tree, log, limits)
            if any(test.startswith(INTERPRETED) for test in tests):
                _interpret()
            code = int(
                pytest.main(["-x", "-p", "no:cacheprovider", "-m", UNMARKED, *tests], [_First(log)])
            )
        finally:
            os._exit(code)
    return Trial(pid, log, limits, time.monotonic())


def _become(tree: Path, log: Path, limits: Limits) -> None:
    """A process of the copy, that knows nothing of the tree that it comes from."""
    # A group to be ended as one; no session, in which the scheduler would give a `nice` run a full share.
    os.setpgrp()
    os.chdir(tree)
    words = os.open(log, os.O_CREAT | os.O_WRONLY | os.O_TRUNC)
    os.dup2(words, 1)
    os.dup2(words, 2)
    os.environ["PYTHONPATH"] = str(tree)
    sys.path[:] = [str(tree), *(each for each in sys.path if not _holds_us(each))]
    for name in [name for name in sys.modules if name.split(".")[0] in OURS]:
        del sys.modules[name]
    resource.setrlimit(resource.RLIMIT_CPU, (limits.processor, limits.processor + 5))


def _interpret() -> None:
    """Triton makes its own functions for the interpreter, or not, on import. What is compiled stays."""
    os.environ["TRITON_INTERPRET"] = "1"
    for name in list(sys.modules):
        if name.startswith("triton") and not name.startswith("triton._C"):
            del sys.modules[name]


def _holds_us(entry: str) -> bool:
    return (Path(entry or ".") / "tools" / "mutants").is_dir()


class _First:
    """Writes down which test fails first, or which file could not be read."""

    def __init__(self, log: Path) -> None:
        self.log = log

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._note(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self._note(report)

    def _note(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        if report.failed and not _marker(self.log).exists():
            _marker(self.log).write_text(report.nodeid, encoding="utf-8")


def _marker(log: Path) -> Path:
    return log.with_suffix(".failed")


def _first(log: Path) -> str:
    return _marker(log).read_text(encoding="utf-8") if _marker(log).exists() else ""
