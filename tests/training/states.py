"""What a training left, and comparing it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import torch

from realsr.training.checkpoints import read_state, states
from realsr.training.logs import read_log


def last_state(out: Path) -> dict[str, Any]:
    return read_state(states(out / "states")[-1])


def assert_equal(first: Any, second: Any, where: str = "state") -> None:
    if isinstance(first, torch.Tensor):
        assert torch.equal(first, second), where
    elif isinstance(first, dict):
        assert first.keys() == second.keys(), where
        for key, value in first.items():
            assert_equal(value, second[key], f"{where}.{key}")
    elif isinstance(first, list):
        for number, (one, other) in enumerate(zip(first, second, strict=True)):
            assert_equal(one, other, f"{where}[{number}]")
    else:
        assert first == second, where


def told(out: Path) -> list[dict[str, Any]]:
    """The log without what a clock decides."""
    return [event for event in read_log(out) if event["kind"] != "pace"]


def alone() -> dict[str, str]:
    """The environment of a process with one thread that finds what this one finds."""
    return os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
