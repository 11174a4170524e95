"""Files that are there whole or not at all, whenever the process ends."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from realsr.files.confinement import check_confined
from realsr.files.errors import RequestError, StorageError

TEMPORARY = ".tmp-"


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turns the system's refusal to write `path` into a StorageError; so a way that leads out of its folder."""
    try:
        check_confined(path)
        yield
    except TimeoutError:  # the lock's own, which happens to be an OSError
        raise
    except OSError as error:
        raise StorageError(path, error) from error


@contextmanager
def beginning(path: Path) -> Iterator[None]:
    """Turns the system's refusal before anything was made into a RequestError."""
    try:
        yield
    except TimeoutError:
        raise
    except OSError as error:
        raise RequestError(
            f"cannot write in {path}: {error.strerror or error}; nothing was made"
        ) from error


def make_directory(path: Path) -> None:
    """The directory, with those above it, if it is absent. Raises RequestError, StorageError."""
    with writing(path):
        check_confined(path / TEMPORARY)
    with beginning(path):
        path.mkdir(parents=True, exist_ok=True)


def write_whole(path: Path, data: bytes) -> None:
    """Writes a file so that it is there whole or not at all, whenever the process ends."""
    with replacing(path) as file:
        file.write(data)


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A new file that takes the place of `path` at the end, and goes if there is none. Raises StorageError."""
    temporary = path.with_name(TEMPORARY + path.name)
    with writing(path):
        try:
            with _created(temporary) as file:
                yield file
            temporary.replace(path)
        except OSError:
            with suppress(OSError):
                temporary.unlink()
            raise


def drop_leftovers(directory: Path) -> None:
    """Removes what killed processes left of files that they were writing. Raises StorageError."""
    with writing(directory), os.scandir(directory) as entries:
        leftovers = [Path(entry.path) for entry in entries if entry.name.startswith(TEMPORARY)]
    for leftover in leftovers:
        with writing(leftover):
            leftover.unlink()


def _created(path: Path) -> BinaryIO:
    """A new file, in place of a stale one; a link at its place is never followed."""
    try:
        return _opened_new(path)
    except FileExistsError:
        path.unlink()
        return _opened_new(path)


def _opened_new(path: Path) -> BinaryIO:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    flags |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    return os.fdopen(os.open(path, flags, 0o666), "wb")
