"""Ctrl-C, SIGTERM and SIGHUP: one ends a command where it can go on, two end it at once, none with a traceback."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

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
    found = subprocess.Popen(
        [sys.executable, "-c", PROGRAM.format(then=then)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,  # type: ignore[call-overload]
    )
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


ALL_IMPORTED = """
import sys
from contextlib import contextmanager
import realsr.cli.actions.make_pairs, realsr.cli.actions.checks, realsr.cli.actions.robustness_runs
from realsr.cli import main

real = main.stoppable

@contextmanager
def told():
    with real():
        print("ready", flush=True)
        yield

main.stoppable = told
sys.exit(main.main())
"""
SIGNALS = 20
"""For each command."""


@pytest.fixture
def load() -> Iterator[None]:
    """A machine with four times as much to do as it has cores."""
    busy = [
        multiprocessing.get_context("spawn").Process(target=_burn, daemon=True)
        for _ in range(4 * (os.cpu_count() or 1))
    ]
    for each in busy:
        each.start()
    yield
    for each in busy:
        each.kill()


def _burn() -> None:
    while True:
        hashlib.sha256(bytes(10**6)).digest()


@pytest.fixture
def photographs(tmp_path: Path) -> Path:
    folder = tmp_path / "photographs"
    folder.mkdir()
    for seed in range(12):
        pixels = np.random.default_rng(seed).integers(0, 256, (192, 192, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"{seed:02}.png")
    return folder


def interrupted(arguments: list[object], after: float) -> int:
    """The exit code of a command that gets one Ctrl-C so many seconds after its start."""
    run = subprocess.Popen(
        [sys.executable, "-c", ALL_IMPORTED, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert run.stdout is not None
    assert run.stdout.readline() == "ready\n"
    time.sleep(after)
    run.send_signal(signal.SIGINT)
    try:
        told = run.communicate(timeout=60)[1]
    except subprocess.TimeoutExpired:
        run.kill()
        raise
    assert "Traceback" not in told
    # 0 is that of a command which had ended: one that was told to stop has not.
    assert run.returncode != 0 or "stopping" not in told
    return run.returncode


@pytest.mark.slow
def test_no_signal_is_lost_on_a_loaded_machine(
    load: None, photographs: Path, tmp_path: Path
) -> None:
    whole = tmp_path / "whole"
    make = ["make-pairs", photographs, "--pipeline", "second_order", "--crop", 64, "--workers", 2]
    assert subprocess.run(_command([*make, "--out", whole]), check=False).returncode == 0
    study = [
        "robustness",
        "run",
        "--hr",
        photographs,
        "--pipelines",
        "bicubic",
        "--metrics",
        "psnr_y",
        "--workers",
        2,
    ]
    commands = {
        "make": lambda n: [*make, "--out", tmp_path / f"make{n}"],
        "replay": lambda n: ["replay", whole, "--check", "--workers", 2],
        "study": lambda n: [*study, "--out", tmp_path / f"study{n}"],
    }
    draw = random.Random(0)
    for name, arguments in commands.items():
        ends = [interrupted(arguments(n), draw.uniform(0, 2.5)) for n in range(SIGNALS)]
        assert set(ends) <= {0, 130}, (name, ends)
        assert ends.count(130) >= SIGNALS // 3, (name, ends)
    for n in range(0, SIGNALS, 5):
        out = tmp_path / f"make{n}"
        assert subprocess.run(_command([*make, "--out", out]), check=False).returncode == 0
        for part in ("manifest.jsonl", "pipeline.yaml"):
            assert (out / part).read_bytes() == (whole / part).read_bytes()


def _command(arguments: list[object]) -> list[str]:
    return [sys.executable, "-m", "realsr", *map(str, arguments)]
