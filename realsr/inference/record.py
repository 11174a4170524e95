"""The record of a folder of enlarged pictures: by what they were made, and from which bytes each."""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from degrade.foreign import ForeignFileError
from realsr.files.confinement import opened_to_append
from realsr.files.errors import RequestError
from realsr.files.growing import Grown
from realsr.files.json_lines import json_line, read_json
from realsr.files.whole import TEMPORARY, write_whole, writing
from realsr.images.own import REQUEST, RESULTS, result_lines

Request = Mapping[str, object]
"""Everything that decides the pixels and the file."""

_LEFT_OVER = re.compile(re.escape(TEMPORARY) + "[0-9a-f]{16}")


@dataclass(frozen=True)
class KnownResult:
    """digest: SHA-256 of the source. file: the result, seen from its folder. size: of the result in bytes."""

    digest: str
    file: str
    size: int


class ResultRecord:
    """What is known of the results in one folder. Under the folder's lock."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._results = folder / RESULTS
        self._made: dict[str, KnownResult] = {}
        self._file = Grown(self._results, self._lines)
        # Folders of version 0.1.0 tell nothing of their sources.
        self._tells = self._results.is_file() or not (folder / REQUEST).is_file()
        self._read()

    @property
    def is_new(self) -> bool:
        """Whether nothing was made here yet."""
        return not (self._folder / REQUEST).is_file()

    def claim(self, request: Request) -> None:
        """Writes the request. Raises RequestError where the folder was made by another."""
        path = self._folder / REQUEST
        if path.is_file():
            _refuse_other(path, request)
        else:
            write_whole(path, (json.dumps(dict(request), indent=2) + "\n").encode())
            with writing(self._results):
                opened_to_append(self._results).close()
        self._read()  # now that nobody else adds to it
        self._file = Grown(self._results, self._lines)

    def keeps(self, source: str, digest: str, target: Path) -> bool:
        """Whether a source's result is there, made from these bytes."""
        try:
            size = target.stat().st_size
        except OSError:
            return False
        made = self._made.get(source)
        if made is None and not self._tells:
            return True
        return made is not None and (made.digest, made.size) == (digest, size)

    def note(self, source: str, made: KnownResult) -> None:
        """Adds a result that is in its place. Raises StorageError."""
        if self._made.get(source) == made:
            return
        with writing(self._results):
            self._file.add(_line(source, made), apart=True)
        self._made[source] = made

    def _lines(self) -> bytes:
        return b"".join(_line(source, made) for source, made in self._made.items())

    def _read(self) -> None:
        for line in result_lines(self._results):
            made = KnownResult(str(line["sha256"]), str(line["file"]), int(line["bytes"]))
            self._made[str(line["source"])] = made


def _line(source: str, made: KnownResult) -> bytes:
    line = {"source": source, "sha256": made.digest, "file": made.file, "bytes": made.size}
    return json_line(line)


def digest_of(path: Path) -> str:
    """SHA-256 of a file's bytes. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def replaced(path: Path) -> Iterator[BinaryIO]:
    """A new file under a name that no other process uses, which takes the place of `path` at the end and goes
    where that does not come. Raises StorageError.
    """
    temporary = path.with_name(TEMPORARY + secrets.token_hex(8))
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with temporary.open("xb") as file:
                yield file
            temporary.replace(path)
        except BaseException:
            with suppress(OSError):
                temporary.unlink()
            raise


def drop_left_over(directory: Path) -> None:
    """Removes what killed runs began to write in a directory. Under the lock of its folder."""
    with suppress(OSError), os.scandir(directory) as entries:
        for entry in entries:
            if _LEFT_OVER.fullmatch(entry.name):
                Path(entry.path).unlink()


def _refuse_other(path: Path, request: Request) -> None:
    try:
        old = read_json(path)
    except (ForeignFileError, ValueError):
        old = {}
    if old == request:
        return
    was = old if isinstance(old, dict) else {}
    names = [*request, *(name for name in was if name not in request)]
    changes = [
        f"{name} was {was.get(name)}, now {request.get(name)}"
        for name in names
        if was.get(name) != request.get(name)
    ]
    raise RequestError(
        f"{path.parent} was made by another request: {'; '.join(changes)}; use the same arguments or "
        "another --out"
    )
