"""What can go wrong with requests and storage, by who has to act on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from degrade.errors import DegradeError


class RequestError(DegradeError):
    """What was asked for cannot be done as asked: nothing was made or changed."""


class FolderBusyError(RequestError):
    """Another process works on the folder."""


class StorageError(DegradeError):
    """Something cannot be written (disk full, quota, read-only). next_step: what to do, as a caller says."""

    def __init__(self, path: Path, error: OSError) -> None:
        super().__init__(f"cannot write {path}: {error.strerror or error}")
        self.next_step: str | None = None

    def __str__(self) -> str:
        fault = super().__str__()
        return fault if self.next_step is None else f"{fault}; {self.next_step}"


@contextmanager
def advising(next_step: str) -> Iterator[None]:
    """Says in a StorageError what is kept and what to do, which only who began the work knows."""
    try:
        yield
    except StorageError as error:
        error.next_step = next_step
        raise
