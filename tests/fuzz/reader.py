"""A reader of files that are not ours: what it is given, how it is called, what it may raise."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from degrade.errors import DegradeError

Seeds = Callable[[], Sequence[bytes]]


@dataclass(frozen=True)
class Reader:
    """read: what is done with a folder and a file's bytes. words: of the format's own, None where it is no text.
    faults: what it says it raises.
    """

    name: str
    seeds: Seeds
    read: Callable[[Path, bytes], object]
    words: Sequence[bytes] | None = None
    faults: tuple[type[Exception], ...] = (DegradeError,)


def put(folder: Path, name: str, data: bytes) -> Path:
    """A file of these bytes in a folder, and where it lies."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def emptied(folder: Path) -> Path:
    """The folder without what the last call left."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
