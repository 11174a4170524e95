"""States to go on from: written whole or not at all, read without running code."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import torch

from realsr.files.whole import drop_leftovers, make_directory, write_whole
from realsr.training.errors import TrainingError

_NAME = re.compile(r"step_(\d{9})\.pt")


def state_path(folder: Path, step: int) -> Path:
    """Where the state after `step` steps lies."""
    return folder / f"step_{step:09d}.pt"


def write_state(folder: Path, step: int, content: dict[str, Any], keep: int) -> Path:
    """Writes a state; then drops all but the latest `keep`. Raises StorageError."""
    make_directory(folder)
    buffer = io.BytesIO()
    torch.save(content, buffer)
    path = state_path(folder, step)
    write_whole(path, buffer.getbuffer().tobytes())
    for old in states(folder)[:-keep]:
        old.unlink()
    drop_leftovers(folder)
    return path


def states(folder: Path) -> list[Path]:
    """The states in a folder, the earliest first."""
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if _NAME.fullmatch(path.name))


def read_state(path: Path) -> dict[str, Any]:
    """A state, on the CPU. Raises TrainingError for any other file."""
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # damaged archives raise whatever their bytes lead to
        raise TrainingError(
            f"{path} is no state of a training ({error}); remove it to go on from the one before"
        ) from error
    if not isinstance(content, dict) or "step" not in content:
        raise TrainingError(f"{path} holds no state of a training; remove it to go on from another")
    return content
