"""The GPU forms on a machine without a GPU: Triton's interpreter runs them, in a process of its own.

The interpreter is chosen when Triton's kernels are first loaded, so that no other test may share the process.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent
FILES = [FOLDER / name for name in ("test_psfs.py", "test_forms.py", "test_pipelines.py")]


@pytest.mark.skipif(importlib.util.find_spec("triton") is None, reason="triton is not installed")
@pytest.mark.parametrize("which", ["not slow", pytest.param("slow", marks=pytest.mark.slow)])
def test_the_forms_by_the_interpreter(which: str) -> None:
    run = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "-p",
            "no:xdist",
            "-m",
            which,
            *map(str, FILES),
        ],
        env={**os.environ, "TRITON_INTERPRET": "1"},
        cwd=FOLDER.parents[1],
        capture_output=True,
        text=True,
        timeout=1800,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "skipped" not in run.stdout, run.stdout


def test_nothing_needs_triton() -> None:
    """With the module barred every operator is there, and its batched form runs on the CPU."""
    program = (
        "import sys; sys.modules['triton'] = None\n"
        "import degrade, torch\n"
        "traces = degrade.draw(degrade.load_pipeline('realesrgan', scale=4), degrade.keys(0, ['a']))\n"
        "print(degrade.apply(traces, torch.rand(1, 3, 64, 64), engine='batched').shape)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program],
        cwd=FOLDER.parents[1],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert run.stdout == "torch.Size([1, 3, 16, 16])\n", run.stderr
