"""What can go wrong with requests and storage, by who has to act on it."""

from __future__ import annotations

from pathlib import Path

from degrade.errors import DegradeError


class RequestError(DegradeError):
    """What was asked for cannot be done as asked: nothing was made or changed."""


class FolderBusyError(RequestError):
    """Another process works on the folder."""


class StorageError(DegradeError):
    """The output folder cannot be written: disk full, quota, read-only."""

    def __init__(self, path: Path, error: OSError) -> None:
        super().__init__(
            f"cannot write {path}: {error.strerror or error}; what was made so far is kept: "
            "run the same command again to go on"
        )
