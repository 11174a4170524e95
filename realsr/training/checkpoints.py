"""States to go on from: written whole or not at all, read without running code."""

from __future__ import annotations

import hashlib
import io
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from degrade.foreign import ForeignFileError, read_foreign
from realsr.files.tensors import TensorsError, read_tensors
from realsr.files.whole import drop_leftovers, make_directory, write_whole
from realsr.training.errors import TrainingError

VERSION = 2
"""Of a state: 2 has its digest beside it, 1 is what 0.1.0 wrote."""
VERSION_KEY = "format_version"

_NAME = re.compile(r"step_(\d{9})\.pt")


def state_path(folder: Path, step: int) -> Path:
    """Where the state after `step` steps lies."""
    return folder / f"step_{step:09d}.pt"


def write_state(folder: Path, step: int, content: dict[str, Any], keep: int) -> Path:
    """Writes a state; then drops all but the latest `keep`. Raises StorageError."""
    make_directory(folder)
    buffer = io.BytesIO()
    torch.save(_one_of_each({**content, VERSION_KEY: VERSION}), buffer)
    data, path = buffer.getvalue(), state_path(folder, step)
    # The digest first: a state without one can then be none but of version 0.1.0.
    write_whole(digest_path(path), f"{hashlib.sha256(data).hexdigest()}\n".encode())
    write_whole(path, data)
    for old in states(folder)[:-keep]:
        old.unlink()
        digest_path(old).unlink(missing_ok=True)
    drop_leftovers(folder)
    return path


def _one_of_each(value: Any) -> Any:
    """The same with one object for equal keys: a pickle tells objects that are one from objects that are equal,
    so that a training that was gone on with would end with other bytes."""
    if type(value) is dict:
        return {
            sys.intern(key) if isinstance(key, str) else key: _one_of_each(each)
            for key, each in value.items()
        }
    return [_one_of_each(each) for each in value] if type(value) is list else value


def states(folder: Path) -> list[Path]:
    """The states in a folder, the earliest first."""
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if _NAME.fullmatch(path.name))


def read_state(path: Path) -> dict[str, Any]:
    """A state, on the CPU. Raises TrainingError for any other file."""
    try:
        content = read_tensors(path)
    except TensorsError as error:
        raise TrainingError(
            f"{path} is no state of a training ({error}); remove it to go on from the one before"
        ) from error
    if not isinstance(content, dict) or "step" not in content:
        raise TrainingError(f"{path} holds no state of a training; remove it to go on from another")
    _check_digest(path, content.pop(VERSION_KEY, 1))
    return content


@contextmanager
def restoring() -> Iterator[None]:
    """While a training is filled with what a state holds. Raises TrainingError where it is none of its own."""
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError, RuntimeError, IndexError) as error:
        raise TrainingError(
            f"the state is none of this training ({type(error).__name__}: {error}); remove it to go on from "
            "the one before"
        ) from error


def counted(value: object) -> int:
    """A number of steps. Raises ValueError for anything else."""
    if not isinstance(value, int) or value < 0:
        raise ValueError(f"{value!r} is no number of steps")
    return value


def digest_path(path: Path) -> Path:
    """Where a state's SHA-256 stands."""
    return path.with_suffix(".sha256")


def _check_digest(path: Path, version: int) -> None:
    """A flipped bit among weights would go on as a training of other numbers. Raises TrainingError."""
    if version == 1 and not digest_path(path).exists():
        return
    try:
        expected = read_foreign(digest_path(path), most=100).decode("ascii", "replace").strip()
    except ForeignFileError as error:
        raise TrainingError(
            f"{path}: its digest cannot be read ({error.reason}): {digest_path(path).name} belongs beside it; "
            "remove the state to go on from the one before"
        ) from error
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != expected:
        raise TrainingError(
            f"{path} is damaged: its SHA-256 is not the one in {digest_path(path).name}; remove it to go on "
            "from the one before"
        )
