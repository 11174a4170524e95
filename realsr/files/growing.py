"""Files that grow while a process works: what somebody else does to them meanwhile is noticed, and undone."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from realsr.files.confinement import opened_to_append
from realsr.files.whole import replacing, write_whole


def check_there(path: Path, file: BinaryIO) -> None:
    """Makes sure that a path still is the file that was opened there, readable and unbuffered.

    Where it was removed or replaced, what the open file holds is put in its place whole, and OSError is raised,
    which says so: whoever does that to a file may have done it to others.
    """
    if os.path.lexists(path) and os.path.samestat(path.lstat(), os.fstat(file.fileno())):
        return
    place = file.tell()
    file.seek(0)
    with replacing(path) as out:
        shutil.copyfileobj(file, out)
    file.seek(place)
    raise _taken_away()


class Grown:
    """A file to which nobody else adds while this process works, opened anew for each addition.

    Its size is known from when this is made on: at another one `whole`, all that belongs there, is put in its
    place, and OSError is raised, which says so.
    """

    def __init__(self, path: Path, whole: Callable[[], bytes]) -> None:
        self.path, self._whole = path, whole
        self._size = path.lstat().st_size if os.path.lexists(path) else 0

    def add(self, data: bytes, *, apart: bool = False) -> None:
        """At the end, all of it or nothing. apart: behind a line's end, whatever a kill left there. Raises
        OSError.
        """
        with opened_to_append(self.path) as file:
            start = file.seek(0, os.SEEK_END)
            if start != self._size:
                self._put_back()
            if apart and start and not _ends_whole(file):
                data = b"\n" + data
            if file.write(data) != len(data):
                file.truncate(start)
                raise OSError(errno.ENOSPC, "no space left for a whole line")
            self._size = start + len(data)

    def _put_back(self) -> None:
        data = self._whole()
        write_whole(self.path, data)
        self._size = len(data)
        raise _taken_away()


def _ends_whole(file: BinaryIO) -> bool:
    file.seek(-1, os.SEEK_END)
    return file.read(1) == b"\n"


def _taken_away() -> OSError:
    return OSError(
        errno.ESTALE,
        "somebody removed, replaced or altered it while this worked; what it held is put back in its place",
    )
