"""By what a file is known again: the digest of its bytes, read anew only where they may have changed."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

from degrade.foreign import open_foreign
from degrade.reader.records import Strict

SETTLED = 2 * 10**9
"""Nanoseconds after a file's last change within which a clock may give another change the same time."""

Status = tuple[int, int, int]
"""Bytes, and nanoseconds of the last change of the content and of the file: the last no program can set."""


class Print(Strict):
    """sha256: of all bytes. status: the file's when they were read; None where it was too new to go by."""

    sha256: str
    status: Status | None = None


def printed(path: Path, known: Print | None = None) -> Print:
    """The file's print; the known one where the status is the same. Raises ForeignFileError, OSError."""
    with open_foreign(path) as file:
        status = _status(os.fstat(file.fileno()))
        if known is not None and known.status == status:
            return known
        settled = time.time_ns() - max(status[1:]) > SETTLED
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Print(sha256=digest, status=status if settled else None)


def _status(found: os.stat_result) -> Status:
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns
