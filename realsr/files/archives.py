"""What a zip archive from elsewhere says it holds; nothing of it is unpacked."""

from __future__ import annotations

import zipfile
from pathlib import Path


class DamagedArchiveError(Exception):
    """A file begins as an archive, and its table of parts cannot be read."""


def parts_of(path: Path) -> list[zipfile.ZipInfo]:
    """The parts of an archive as its table lists them; none where the file is no archive.

    Raises DamagedArchiveError.
    """
    try:
        if not zipfile.is_zipfile(path):  # raises BadZipFile too, where several disks are named
            return []
        with zipfile.ZipFile(path) as archive:
            return archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise DamagedArchiveError(f"{path}: {error}") from error
