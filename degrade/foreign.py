"""The one way to open a file that is not ours: a regular file, inside its folder, of bounded size.

A path that came with a folder, an archive or a document may lead anywhere: to a pipe that never ends, a device
without end, a link out of the folder, or more bytes than memory holds.
"""

from __future__ import annotations

import os
import stat
from io import BufferedReader
from pathlib import Path

from degrade.errors import DegradeError

MEBIBYTE = 2**20


class ForeignFileError(DegradeError):
    """A file cannot be read as asked.

    kind: a short stable word. reason: a sentence whose subject is the file.
    """

    def __init__(self, path: Path, kind: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path, self.kind, self.reason = path, kind, reason


def open_foreign(
    path: Path, *, most: int | None = None, inside: Path | None = None
) -> BufferedReader:
    """A file opened for reading, past every check, and never waited for.

    most: bytes that it may have; None where its reader bounds itself. inside: the folder that a link must not
    lead out of; None where a person typed the path. Raises ForeignFileError (kinds: vanished, broken-link,
    directory, irregular, unreadable, link-outside, too-large).
    """
    if inside is not None:
        _check_inside(path, inside)
    try:
        # By its path, not by a descriptor: readers such as TIFF's look at the stream's name.
        file = open(path, "rb", opener=_without_waiting)  # noqa: SIM115
    except OSError as error:
        raise _refused(path, error) from error
    try:
        _check(path, os.fstat(file.fileno()), most)
    except ForeignFileError:
        file.close()
        raise
    return file


def _without_waiting(path: str, flags: int) -> int:
    """Without O_NONBLOCK a pipe that nobody writes to would be waited for here, for ever."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def read_foreign(path: Path, *, most: int, inside: Path | None = None) -> bytes:
    """The bytes of a file, at most `most` of them, even if it grows meanwhile. Raises ForeignFileError."""
    with open_foreign(path, most=most, inside=inside) as file:
        try:
            data = file.read(most + 1)
        except OSError as error:
            raise _refused(path, error) from error
    if len(data) > most:
        raise _too_large(path, len(data), most)
    return data


def read_foreign_text(path: Path, *, most: int, inside: Path | None = None) -> str:
    """The same as UTF-8 text. Raises ForeignFileError (also kind: not-text)."""
    data = read_foreign(path, most=most, inside=inside)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ForeignFileError(
            path, "not-text", f"it is not UTF-8 text (byte {error.start}); save it as UTF-8"
        ) from error


def _check_inside(path: Path, folder: Path) -> None:
    try:
        real, root = Path(os.path.realpath(path)), Path(os.path.realpath(folder))
    except (OSError, ValueError) as error:
        raise ForeignFileError(
            path, "unreadable", f"its path cannot be followed ({error})"
        ) from error
    if not real.is_relative_to(root):
        raise ForeignFileError(
            path, "link-outside", f"it leads out of {folder}; put the file itself in its place"
        )


def _check(path: Path, status: os.stat_result, most: int | None) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise ForeignFileError(path, "directory", "it is a directory; expected a file")
    if not stat.S_ISREG(status.st_mode):
        kind = _KINDS.get(stat.S_IFMT(status.st_mode), "no regular file")
        raise ForeignFileError(path, "irregular", f"it is {kind}; expected a regular file")
    if most is not None and status.st_size > most:
        raise _too_large(path, status.st_size, most)


_KINDS = {
    stat.S_IFIFO: "a pipe (fifo)",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFSOCK: "a socket",
}


def _too_large(path: Path, size: int, most: int) -> ForeignFileError:
    return ForeignFileError(
        path,
        "too-large",
        f"it has {_words(size)}; at most {_words(most)} are read from such a file",
    )


def _words(size: int) -> str:
    return f"{size / MEBIBYTE:.1f} MiB" if size >= MEBIBYTE else f"{size} bytes"


def _refused(path: Path, error: OSError) -> ForeignFileError:
    if isinstance(error, FileNotFoundError):
        if path.is_symlink():
            return ForeignFileError(path, "broken-link", "it is a broken link")
        return ForeignFileError(path, "vanished", "there is no such file")
    if isinstance(error, IsADirectoryError):
        return ForeignFileError(path, "directory", "it is a directory; expected a file")
    if isinstance(error, PermissionError):
        return ForeignFileError(path, "unreadable", "there is no permission to read it")
    return ForeignFileError(path, "unreadable", f"it cannot be read ({error.strerror or error})")
