"""What is written in a folder of ours stays in it, and goes into files that are its own.

A folder may have come unpacked from anywhere, with a link, a pipe or a device in the place of one of its parts:
written through, it would change files elsewhere, or wait for ever.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

_held: list[tuple[Path, str]] = []
"""Of each folder that is being written in: its path, and where that leads."""


@contextmanager
def confined(root: Path) -> Iterator[None]:
    """Meanwhile nothing is written below `root` by a link or a `..` that leads out of it."""
    entry = (root, os.path.realpath(root))
    _held.append(entry)
    try:
        yield
    finally:
        _held.remove(entry)


def check_confined(path: Path) -> None:
    """Raises OSError, which says what to do, if the directory of `path` leads out of a confined folder."""
    for root, real in _held:
        if _below(path, root):
            place = os.path.realpath(path.parent)
            if place != real and not place.startswith(real + os.sep):
                raise OSError(
                    errno.ELOOP,
                    f"its way leads out of {root}, and nothing is written outside it; put the folder "
                    "itself in the place of the link",
                )


def _below(path: Path, root: Path) -> bool:
    """By its words alone, as they stand or without `..`, which hides where a path begins."""
    return any(
        words(path).startswith(words(root) + os.sep) for words in (os.path.abspath, _absolute)
    )


def _absolute(path: Path) -> str:
    return str(path.absolute())


def opened_to_append(path: Path) -> BinaryIO:
    """A file to add to, made if absent, unbuffered: a regular one, not a link to one. Raises OSError."""
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)
    flags |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        descriptor = os.open(path, flags, 0o666)
    except OSError as error:
        raise _not_ours(error.errno) if path.is_symlink() else error from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise _not_ours(errno.EINVAL)
    return os.fdopen(descriptor, "r+b", buffering=0)


def _not_ours(number: int | None) -> OSError:
    return OSError(number, "it is a link, a pipe or a device; put a regular file in its place")
