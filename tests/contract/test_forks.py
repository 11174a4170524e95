"""A signal in the middle of a fork: it arrives afterwards, and no lock is left held."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from degrade.execute.forked import can_fork, forked_pool
from degrade.execute.signals import signals_kept_back

pytestmark = pytest.mark.skipif(not can_fork(), reason="worker processes are forked on Linux only")

PROGRAM = """
import faulthandler, logging, os, signal, threading, time
from degrade.execute.forked import forked_pool

def other(number, frame):
    raise SystemExit(number)

def case(kind, moment):
    if kind != signal.SIGINT:
        signal.signal(kind, other)
    # A thread that does not block signals, as libraries have them.
    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
    parent = os.getpid()
    os.register_at_fork(**{moment: lambda: os.kill(parent, kind)})
    try:
        with forked_pool(2):
            end = "nothing: it is lost"
    except KeyboardInterrupt:
        end = "KeyboardInterrupt"
    except SystemExit as error:
        end = f"exit {error.code}"
    logging.getLogger("parent").warning("%s %s ended by %s", kind.name, moment, end)

for kind in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    for moment in ("before", "after_in_parent", "after_in_child"):
        child = os.fork()
        if not child:
            faulthandler.dump_traceback_later(30, exit=True)  # where a lock stays held
            case(kind, moment)
            os._exit(0)
        os.waitpid(child, 0)
"""


def test_a_signal_in_the_middle_of_a_fork_arrives_after_it() -> None:
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=300, check=False
    )
    assert run.stderr.splitlines() == [
        f"{kind.name} {moment} ended by {'KeyboardInterrupt' if kind == signal.SIGINT else f'exit {kind:d}'}"
        for kind in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        for moment in ("before", "after_in_parent", "after_in_child")
    ]


def test_handlers_and_mask_are_as_they_were() -> None:
    handler = signal.getsignal(signal.SIGINT)
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, [])
    with signals_kept_back():
        pass
    assert signal.getsignal(signal.SIGINT) is handler
    assert signal.pthread_sigmask(signal.SIG_BLOCK, []) == mask


def work(seconds: float, done: Path) -> None:
    done.with_suffix(".begun").touch()
    time.sleep(seconds)
    done.touch()


def torn(unsaved: bool, done: list[Path]) -> None:
    """Two workers, each with a job that it has begun, and an exception."""
    with forked_pool(2, unsaved=unsaved) as pool:
        for path in done:
            pool.submit(work, 60.0 if unsaved else 1.0, path)
        while not all(path.with_suffix(".begun").exists() for path in done):
            time.sleep(0.01)
        raise KeyboardInterrupt


@pytest.mark.parametrize("unsaved", [True, False])
def test_what_is_of_no_use_ends_in_its_middle(tmp_path: Path, unsaved: bool) -> None:
    """At once, by whatever exception; a job that is of use is ended first."""
    done, began = [tmp_path / "a", tmp_path / "b"], time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        torn(unsaved, done)
    assert time.monotonic() - began < 30
    assert [path.exists() for path in done] == [not unsaved] * 2
