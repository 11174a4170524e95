"""What can go wrong around pairs, by who has to act on it."""

from __future__ import annotations

from pathlib import Path

from degrade.errors import DegradeError


class RequestError(DegradeError):
    """What was asked for cannot be done as asked: nothing was made or changed."""


class FolderBusyError(RequestError):
    """Another process works on the folder."""


class SourceError(DegradeError):
    """One source cannot become a pair.

    kind: a short stable word for scripts (`truncated`, `too-small`, ...). reason: one sentence for people,
    whose subject is the file. path: the file, once it is known.
    """

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(reason)
        self.kind = kind
        self.reason = reason
        self.path: Path | None = None

    def __str__(self) -> str:
        return self.reason if self.path is None else f"{self.path}: {self.reason}"


class StorageError(DegradeError):
    """The output folder cannot be written: disk full, quota, read-only."""

    def __init__(self, path: Path, error: OSError) -> None:
        super().__init__(
            f"cannot write {path}: {error.strerror or error}; what was made so far is kept: "
            "run the same command again to go on"
        )
