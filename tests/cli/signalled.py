"""Commands that start processes, each stopped many times: a program, since it has to fork what it stops.

    python -m tests.cli.signalled --signals 60 --load 8 make replay study estimate train

Everything is imported once. Every run is a fork of that, so that a signal falls into the work and not into the
start of Python, and the machine is kept busy by the program itself.
"""

from __future__ import annotations

import argparse
import contextlib
import faulthandler
import hashlib
import importlib
import json
import multiprocessing
import os
import random
import select
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image

import realsr.cli.main
from realsr.cli.interruption import INTERRUPTED, Interruption, leaving, stoppable

IMPORTED = (
    *("realsr.cli.actions.make_pairs", "realsr.cli.actions.checks", "realsr.cli.actions.train"),
    *("realsr.cli.actions.robustness.runs", "lightning_fabric", "torch._dynamo"),
    "realsr.cli.actions.estimate",
)
COMMANDS = ("make", "replay", "study", "estimate", "train")
RESULTS = {
    "make": ("*.jsonl", "*.yaml", "hr/*", "lr/*"),
    "replay": ("*.png",),
    "study": ("cells.jsonl",),
    "estimate": (),
    "train": ("model.safetensors",),
}
FORKING = ("make", "replay", "study", "estimate")
PATIENCE = 60.0
"""Seconds after which a run that got its signals counts as hung."""
KINDS = (signal.SIGINT, signal.SIGINT, signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""What is sent, in turn."""
AGAIN = 4
"""Every so many runs get a second Ctrl-C."""
GOES_ON = 10
"""Every so many runs are called again, and have to end as the undisturbed one."""
AT_FORKS = 3
"""Every so many runs are signalled by a hook of a fork, which is the moment that used to lose signals."""
TRIES = 3
"""A machine whose load changes ends a run before its signal; it is then run again, the signal earlier."""
MOMENTS = ("before", "after_in_parent", "after_in_child")


@dataclass(frozen=True)
class Signal:
    """at: seconds after the command's start, None for the moment of a fork. again: a second Ctrl-C, so many
    seconds after the first.
    """

    kind: signal.Signals
    at: float | None
    moment: str | None
    again: float | None


@dataclass(frozen=True)
class End:
    """How a run ended. took: seconds from its last signal on, None where it had none. same: whether its results
    are those of the undisturbed run, where it went on to its end.
    """

    command: str
    sent: Signal
    code: int | None
    took: float | None
    told: str
    same: bool = True

    @property
    def unsent(self) -> bool:
        """Whether it had ended by itself before any signal."""
        return self.code == 0 and self.took is None

    @property
    def printed(self) -> list[str]:
        """The lines of JSON among what it told, which are results."""
        return [line for line in self.told.splitlines() if line.startswith("{")]

    @property
    def fault(self) -> str | None:
        """What is wrong with it, whatever the machine's speed."""
        if self.code is None:
            return f"it had not ended after {PATIENCE:.0f} s"
        if not self.same:
            return "other results than those of the undisturbed run"
        if "Traceback" in self.told or "Exception ignored" in self.told:
            return "a traceback"
        if self.code != INTERRUPTED and ("stopping" in self.told or self.code != 0):
            return f"exit code {self.code}"
        return None


@dataclass(frozen=True)
class Place:
    """Where the runs take place, and what they are given."""

    root: Path

    @property
    def photographs(self) -> Path:
        return self.root / "photographs"

    @property
    def small(self) -> Path:
        """Of a few: measuring takes a second for each."""
        return self.root / "small"

    @property
    def whole(self) -> Path:
        return self.root / "make-whole"

    @property
    def config(self) -> Path:
        return self.root / "training.yaml"

    def out(self, command: str, run: object) -> Path:
        return self.root / f"{command}-{run}"

    def arguments(self, command: str, run: object) -> list[str]:
        out = self.out(command, run)
        words: dict[str, Sequence[object]] = {
            "make": (
                *("make-pairs", self.photographs, "--crop", 64, "--variants", 3),
                *("--workers", 2, "--out", out),
            ),
            "replay": ("replay", self.whole, "--workers", 2, "--out", out),
            "study": (
                *("robustness", "run", "--hr", self.photographs, "--workers", 2, "--out", out),
                *("--pipelines", "bicubic,gaussian8", "--metrics", "psnr_y,ssim_y"),
            ),
            "estimate": ("estimate", self.small, "--workers", 2, "--json"),
            "train": ("train", self.config, "--out", out),
        }
        return [str(word) for word in words[command]]

    def results(self, command: str, run: object) -> dict[str, bytes]:
        """What a run has made, without what tells the time."""
        out = self.out(command, run)
        made = [path for part in RESULTS[command] for path in sorted(out.glob(part))]
        return {path.relative_to(out).as_posix(): path.read_bytes() for path in made}

    def furnish(self) -> None:
        _photographs(self.photographs, 12, 192)
        _photographs(self.small, 4, 64)
        self.config.write_text(
            "model: {name: espcn, scale: 2, features: [6, 4]}\ncolour: rgb\n"
            f"data: {{hr: [{self.photographs}], crop: 32, batch: 4, pipeline: second_order}}\n"
            "steps: 30\ndevice: cpu\ncheckpoint: {every: 10}\nlog: {every: 1, tensorboard: false}\n"
        )


def _photographs(folder: Path, count: int, side: int) -> None:
    folder.mkdir(parents=True)
    for seed in range(count):
        pixels = np.random.default_rng(seed).integers(0, 256, (side, side, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"{seed:02}.png")


@contextlib.contextmanager
def load(processes: int) -> Iterator[None]:
    """A machine with so many processes that compute."""
    context = multiprocessing.get_context("fork")
    busy = [context.Process(target=_burn, daemon=True) for _ in range(processes)]
    for each in busy:
        each.start()
    try:
        yield
    finally:
        for each in busy:
            each.kill()


def _burn() -> None:
    while True:
        hashlib.sha256(bytes(10**6)).digest()


def started(arguments: Sequence[str], told: Path, moment: str | None, kind: int) -> tuple[int, int]:
    """A fork that runs a command; its id, and a file that says when signals are the command's own."""
    ready, ours = os.pipe()
    child = os.fork()
    if child:
        os.close(ours)
        return child, ready
    code = 1
    try:
        os.close(ready)
        code = _command(arguments, told, moment, kind, ours)
    finally:
        os._exit(code)


def _command(arguments: Sequence[str], told: Path, moment: str | None, kind: int, ours: int) -> int:
    words = os.open(told, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(words, 1)
    os.dup2(words, 2)
    faulthandler.register(signal.SIGUSR1, file=2, all_threads=True)
    for each in set(
        KINDS
    ):  # whoever runs this in the background lets it inherit that they are ignored
        signal.signal(each, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    real = stoppable

    @contextlib.contextmanager
    def telling() -> Iterator[Interruption]:
        with real() as interruption:
            os.write(ours, b".")
            yield interruption

    realsr.cli.main.stoppable = telling  # type: ignore[attr-defined]
    if moment is not None:
        parent = os.getpid()
        os.register_at_fork(**{moment: lambda: os.kill(parent, kind)})
    sys.argv = ["realsr", *arguments]
    code = realsr.cli.main.main()
    leaving(code)
    return code


def stopped(command: str, arguments: Sequence[str], told: Path, sent: Signal) -> End:
    """The end of a command that gets its signals, if it has not ended before."""
    child, ready = started(arguments, told, sent.moment, sent.kind)
    select.select([ready], [], [], PATIENCE)
    os.close(ready)
    began, code, took = time.monotonic(), None, None
    if sent.at is not None:
        code, began = _told(child, sent.kind, began + sent.at)
    if sent.again is not None and code is None:
        code, began = _told(child, signal.SIGINT, began + sent.again)
    if code is None:
        code = _awaited(child, began + PATIENCE)
        took = time.monotonic() - began
    if code is None:
        _ended(child)
    return End(command, sent, code, took, told.read_text(errors="replace"))


def _told(child: int, kind: int, when: float) -> tuple[int | None, float]:
    """Sends a signal at a time; the exit code where it had ended by then, and when that was."""
    code = _awaited(child, when)
    if code is None:
        os.kill(child, kind)
    return code, time.monotonic()


def _ended(child: int) -> None:
    """Ends a run that hangs, once it has told where."""
    os.kill(child, signal.SIGUSR1)
    time.sleep(2)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def _awaited(child: int, until: float) -> int | None:
    """The exit code, None where it goes on beyond that time."""
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() >= until:
            return None
        time.sleep(0.005)


def plan(command: str, signals: int, draw: random.Random) -> Iterator[Signal]:
    """Signals spread over a command's time, 1 for all of it, and some at the very moments of its forks."""
    for number in range(signals):
        kind = KINDS[number % len(KINDS)]
        again = draw.uniform(0.05, 0.5) if number % AGAIN == 1 else None
        if number % AT_FORKS or command not in FORKING:
            yield Signal(kind, (number + draw.random()) / signals, None, again)
        else:
            yield Signal(kind, None, MOMENTS[number // AT_FORKS % len(MOMENTS)], again)


def proof(command: str, place: Place, signals: int, draw: random.Random) -> Iterator[End]:
    """One command, run to its end once, and stopped so many times. Some of those go on, and end as it did."""
    began = time.monotonic()
    whole = to_its_end(command, place, "whole")
    duration = time.monotonic() - began
    sys.stderr.write(f"{command}: {duration:.1f} s to its end\n")
    assert whole.code == 0, whole.told
    for number, planned in enumerate(plan(command, signals, draw)):
        for _ in range(TRIES):
            shutil.rmtree(place.out(command, number), ignore_errors=True)
            sent = planned if planned.at is None else replace(planned, at=planned.at * duration)
            told, began = place.root / f"{command}-{number}.txt", time.monotonic()
            end = stopped(command, place.arguments(command, number), told, sent)
            if not end.unsent:
                break
            duration = min(duration, time.monotonic() - began)
        yield end
        if number % GOES_ON == 0:
            yield gone_on(command, place, number, whole)
        shutil.rmtree(place.out(command, number), ignore_errors=True)


def to_its_end(command: str, place: Place, run: object) -> End:
    never = Signal(signal.SIGINT, 10 * PATIENCE, None, None)
    return stopped(command, place.arguments(command, run), place.root / f"{command}-end", never)


def gone_on(command: str, place: Place, run: object, whole: End) -> End:
    """A stopped run that is called again."""
    end = to_its_end(command, place, run)
    ours, theirs = place.results(command, run), place.results(command, "whole")
    something = bool(theirs or whole.printed)
    return replace(end, same=something and ours == theirs and end.printed == whole.printed)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("commands", nargs="*", default=COMMANDS)
    parser.add_argument("--signals", type=int, default=60)
    parser.add_argument("--load", type=int, default=4 * (os.cpu_count() or 1))
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    for name in IMPORTED:
        importlib.import_module(name)
    draw = random.Random(asked.seed)
    root = Path(tempfile.mkdtemp())
    place = Place(root)
    place.furnish()
    with load(asked.load):
        for command in ("make", *(each for each in asked.commands if each != "make")):
            for end in proof(command, place, asked.signals, draw):
                sys.stdout.write(json.dumps(asdict(end) | {"fault": end.fault}) + "\n")
                sys.stdout.flush()
    shutil.rmtree(root)


if __name__ == "__main__":
    main()
