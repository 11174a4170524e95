"""Reading back pictures that are stored: in files of their own, or inside something that holds many."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Protocol

from realsr.images.errors import SourceError, located
from realsr.images.reading import Bytes, Reading, open_picture, opened


class Stored(Protocol):
    """Bytes under a name."""

    @property
    def path(self) -> Path:
        """What people know it by: the file, or, where it lies inside one, a name that no other has."""

    def exists(self) -> bool: ...

    def file(self) -> BufferedReader:
        """Open for reading. Raises SourceError with its path (kind `vanished` where it is not there)."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of its own. inside: the folder that a link must not lead out of."""

    path: Path
    inside: Path | None = None

    def exists(self) -> bool:
        return self.path.is_file()

    def file(self) -> BufferedReader:
        return open_picture(self.path, self.inside)


def stored_digest(stored: Stored) -> str:
    """SHA-256 of its bytes, in hexadecimal. Raises SourceError and OSError."""
    with stored.file() as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_stored(stored: Stored, size: tuple[int, int]) -> Bytes:
    """`h w c` uint8 of the height and width that the manifest tells. Raises SourceError with its path.

    The manifest bounds what is decoded, so that pairs of any size are read and a file put in another's place
    is not.
    """
    reading = Reading(max_pixels=max(0, size[0]) * max(0, size[1]))
    try:
        with opened(stored.path, reading, stored.file()) as image:
            if tuple(image.size) == size:
                return image.pixels()
            found = f"it is {image.size.height} x {image.size.width}"
    except SourceError as error:
        if error.kind != "too-large":
            raise
        found = "it is larger"
    changed = SourceError(
        "changed", f"{found}, the manifest says {size[0]} x {size[1]} (height x width)"
    )
    raise located(changed, stored.path)
