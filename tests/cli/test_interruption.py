"""Ctrl-C, SIGTERM and SIGHUP: one ends a command where it can go on, two end it at once, none with a traceback."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from realsr.cli.main import app
from tests.cli.signalled import COMMANDS

ROOT = Path(__file__).parents[2]
UNDER_LOAD = 10.0
"""Seconds within which an interrupted command has ended on a machine that has much else to do."""

PROGRAM = """
import sys, time
from realsr.cli.interruption import stoppable
with stoppable():
    try:
        print("ready", flush=True)
        time.sleep(60)
    except KeyboardInterrupt:
        print("asked", flush=True)
        {then}
sys.exit(130)
"""


def process(then: str, **options: object) -> subprocess.Popen[str]:
    found: subprocess.Popen[str] = subprocess.Popen(
        [sys.executable, "-c", PROGRAM.format(then=then)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,  # type: ignore[call-overload]
    )
    assert found.stdout is not None
    assert found.stdout.readline() == "ready\n"
    return found


@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_one_lets_it_end_and_two_end_it(kind: signal.Signals) -> None:
    one = process("pass")
    one.send_signal(kind)
    assert one.communicate(timeout=30)[1].startswith("realsr: stopping after the running step")
    assert one.returncode == 130
    two = process("time.sleep(60)")
    two.send_signal(kind)
    assert two.stdout is not None
    assert two.stdout.readline() == "asked\n"
    began = time.monotonic()
    two.send_signal(signal.SIGINT)
    told = two.communicate(timeout=30)[1]
    assert two.returncode == 130
    assert time.monotonic() - began < 5
    assert "Traceback" not in told
    assert told.endswith("what was saved before is kept\n")


def test_what_was_ignored_stays_ignored() -> None:
    one = process("pass", preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    one.send_signal(signal.SIGHUP)
    time.sleep(0.3)
    assert one.poll() is None
    one.send_signal(signal.SIGINT)
    one.communicate(timeout=30)
    assert one.returncode == 130


ITSELF = """
import os, queue, signal, sys, threading, time
from realsr.cli.interruption import leaving, postponed, stoppable

def ask(): signal.raise_signal(signal.SIGINT)

def command(body):
    try:
        with stoppable():
            body()
        leaving(0)
    except KeyboardInterrupt:
        leaving(130)
    sys.exit(0)
"""
ASKED = "realsr: stopping after the running step; Ctrl-C again ends it at once\n"


def by_itself(program: str, path: str = "") -> tuple[int, str]:
    """The exit code and stderr of a program that signals itself."""
    run = subprocess.run(
        [sys.executable, "-c", ITSELF + program],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([path, str(ROOT)])},
    )
    return run.returncode, run.stderr


LOCKED = """
moment = {"__name__": "NAME", "signal": signal, "lock": threading.Lock()}
exec("def enter():\\n    lock.acquire(); signal.raise_signal(2)\\n    for _ in range(9): pass\\n    lock.release()", moment)
def body():
    try:
        moment["enter"]()
        time.sleep(60)
    finally:
        print("held" if moment["lock"].locked() else "free", file=sys.stderr)
command(body)
"""


def test_a_library_that_holds_a_lock_is_not_torn() -> None:
    assert by_itself(LOCKED.replace("NAME", "queue")) == (130, f"{ASKED}free\n")
    assert by_itself(LOCKED.replace("NAME", "elsewhere")) == (130, f"{ASKED}held\n")


def test_a_library_that_waits_is_torn_where_it_stands() -> None:
    program = """
def body():
    threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
    queue.Queue().get()
command(body)
"""
    assert by_itself(program) == (130, ASKED)


def test_what_swallows_an_exception_does_not_swallow_the_signal() -> None:
    program = """
class Finaliser:
    def __del__(self):
        ask()
        for _ in range(9): pass
def body():
    Finaliser()
    time.sleep(60)
command(body)
"""
    assert by_itself(program) == (130, ASKED)


def test_nor_does_an_import(tmp_path: Path) -> None:
    (tmp_path / "careless.py").write_text(
        "try:\n    import signal; signal.raise_signal(signal.SIGINT)\nexcept BaseException:\n    pass\n"
    )
    program = "def body():\n    import careless\n    time.sleep(60)\ncommand(body)\n"
    assert by_itself(program, str(tmp_path)) == (130, "realsr: stopped\n")


def test_the_first_imports_end_without_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "typer.py").write_text("import signal\nsignal.raise_signal(signal.SIGINT)\n")
    run = subprocess.run(
        [sys.executable, "-m", "realsr", "--version"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])},
    )
    assert (run.returncode, run.stderr) == (130, "realsr: stopped\n")


def test_the_console_script_begins_where_signals_are_handled() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["scripts"] == {"realsr": "realsr.cli.start:main"}


def test_a_command_that_fails_on_its_way_out_was_interrupted() -> None:
    program = """
from realsr.cli import main
def app(arguments):
    try:
        ask()
    except KeyboardInterrupt:
        raise RuntimeError("torn")
main.app = app
leaving(main.main([]))
"""
    assert by_itself(program) == (130, ASKED)


def test_only_what_goes_on_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*words: object, **more: object) -> int:
        raise KeyboardInterrupt

    for action in ("make_pairs.run_make_pairs", "checks.run_verify", "train.run_train"):
        monkeypatch.setattr(f"realsr.cli.actions.{action}", stop)
    made = CliRunner().invoke(app, ["make-pairs", "a", "--out", "b"])
    trained = CliRunner().invoke(app, ["train", "a.yaml"])
    verified = CliRunner().invoke(app, ["verify", "a"])
    assert [each.exit_code for each in (made, trained, verified)] == [130, 130, 130]
    going_on = "realsr: stopped; run the same command again to go on\n"
    assert made.stderr == trained.stderr == going_on
    assert verified.stderr == "realsr: stopped\n"


STEPS = """
def body():
    with postponed() as interruption:
        SIGNALS
        assert interruption.asked
command(body)
"""


def test_who_works_by_steps_is_ended_by_a_second_ctrl_c_alone() -> None:
    ended = "realsr: ended; what was saved before is kept\n"
    hang_up = "signal.raise_signal(signal.SIGHUP)"
    assert by_itself(STEPS.replace("SIGNALS", "ask()")) == (0, ASKED)
    assert by_itself(STEPS.replace("SIGNALS", f"ask(); {hang_up}")) == (0, ASKED)
    assert by_itself(STEPS.replace("SIGNALS", "ask(); ask()")) == (130, ASKED + ended)


@pytest.mark.slow
def test_no_signal_is_lost_on_a_loaded_machine(request: pytest.FixtureRequest) -> None:
    signals = request.config.getoption("--signals")
    command = [sys.executable, "-m", "tests.cli.signalled", "--signals", str(signals)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    ends = [json.loads(line) for line in run.stdout.splitlines()]
    assert [end for end in ends if end["fault"]] == []
    assert [end for end in ends if (end["took"] or 0) > UNDER_LOAD] == []
    for name in COMMANDS:
        codes = [end["code"] for end in ends if end["command"] == name]
        assert codes.count(130) >= 0.9 * signals, (name, codes)
