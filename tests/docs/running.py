"""How a line of the documentation is run, and what shortens it."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from tests.docs.pages import ROOT

SHORTER = {
    "realsr train": "--set steps=4 --set validation.every=4 --set checkpoint.every=4 --set log.every=2",
    "realsr train ranker.yaml": "--set steps=4 --set ranks.every=4 --set ranks.crops=1 --set log.every=2",
    "realsr demo two-modes": "--steps 4",
    "realsr gan-lab": "--quick",
    "realsr demo mismatch": "--steps 4",
    "realsr robustness run": "--limit 2 --metrics psnr_y",
    "realsr robustness sweep": "--limit 2 --steps 3",
    "realsr robustness representative": "--pool 12",
}
"""What is appended to a line that begins so: fewer steps, pictures and draws, and nothing else."""

STANDS_FOR = {
    "make demo": f"{shlex.quote(sys.executable)} -m realsr.demos.photographs demo",
    ". .venv/bin/activate": "true",
}
"""The set-up is there, in this environment."""

ENDS = {
    "realsr pipelines diff": (1,),
    "realsr robustness compare": (1,),
    "realsr robustness gate": (0, 1, 3),
}
"""Lines that end otherwise than with 0, as the page says; the gate's verdict hangs on how many pictures there are."""

PROGRAMS = ("realsr", "mkdir", "cp", "make", "pip", "python", "python3", "torchrun", "git", ".")


def starts(table: Iterable[str], line: str) -> str | None:
    """The table's longest key that a line begins with, word by word."""
    words = line.split()
    keys = [key for key in table if words[: len(key.split())] == key.split()]
    return max(keys, key=len, default=None)


def prepared(line: str) -> str:
    """A line as it is run: as written, shorter, or what stands for it."""
    if line in STANDS_FOR:
        return STANDS_FOR[line]
    if line.startswith("make "):
        return f"make -n -C {shlex.quote(str(ROOT))} {line.removeprefix('make ')}"
    shorter = starts(SHORTER, line)
    return f"{line} {SHORTER[shorter]}" if shorter and " --help" not in line else line


def expected(line: str) -> tuple[int, ...]:
    """The exit codes that a line may have."""
    key = starts(ENDS, line)
    return (0,) if key is None else ENDS[key]


def run(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs a line in a shell, in a folder, where the programs of this environment are found first."""
    place = str(Path(sys.executable).parent)
    environment = os.environ | {
        "PATH": f"{place}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "NO_ALBUMENTATIONS_UPDATE": "1",
    }
    command = ["bash", "-c", prepared(line)]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
