"""The manifest while it grows: append-only, resumable after a kill at any moment, flat in memory.

Of each line only its place in the file is held. A finished manifest is never touched: to add to it, it is first
copied to the partial one, and the partial one replaces it at the end.
"""

from __future__ import annotations

import json
import os
import shutil
import threading
from contextlib import suppress
from io import FileIO
from pathlib import Path
from typing import BinaryIO

from degrade.errors import ManifestError
from realsr.files.whole import replacing, write_whole, writing
from realsr.pairs.folder import Folder
from realsr.pairs.manifest import Header, parse_header


class Journal:
    """Lines of pairs that are on disk. Safe to use from many threads."""

    def __init__(self, folder: Folder) -> None:
        """Reads what an earlier run left, dropping a last line that a kill cut short."""
        self._folder = folder
        self._lock = threading.Lock()
        self._places: dict[str, tuple[int, int]] = {}
        self._end = 0
        self._file: FileIO | None = None
        self.header: Header | None = None
        self.interrupted = folder.partial.exists()
        if self.interrupted:
            self._read(folder.partial)
            with writing(folder.partial):
                os.truncate(folder.partial, self._end)
        elif folder.manifest.exists():
            self._read(folder.manifest)

    def __contains__(self, key: str) -> bool:
        return key in self._places

    def __len__(self) -> int:
        return len(self._places)

    def begin(self, header: Header) -> None:
        """Puts the header of a new folder on disk, which makes the folder ours."""
        data = header.to_bytes()
        write_whole(self._folder.partial, data)
        self.header = header
        self._end = len(data)

    def append(self, key: str, line: bytes) -> None:
        """Adds a pair whose files are in place. Raises StorageError, leaving no part of the line."""
        with self._lock, writing(self._folder.partial):
            file = self._opened()
            try:
                file.seek(self._end)
                _write_all(file, line)
            except OSError:
                with suppress(OSError):
                    file.truncate(self._end)
                raise
            self._places[key] = (self._end, len(line))
            self._end += len(line)

    def finish(self) -> None:
        """Writes the manifest in key order and drops the partial one, if anything was added."""
        self.close()
        partial, manifest = self._folder.partial, self._folder.manifest
        if not partial.exists():
            return
        with replacing(manifest) as out:
            self._copy_sorted(partial, out)
        with writing(partial):
            partial.unlink()

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _read(self, path: Path) -> None:
        with path.open("rb") as file:
            first = file.readline()
            self.header = parse_header(first, path)
            self._end = len(first)
            for number, line in enumerate(file, start=2):
                key = _key(line)
                if key is None:
                    if file.readline():
                        raise ManifestError(
                            f"{path}:{number}: not a pair, and not the last line either"
                        )
                    return
                self._places[key] = (self._end, len(line))
                self._end += len(line)

    def _opened(self) -> FileIO:
        if self._file is None:
            if not self._folder.partial.exists():
                self._copy_finished()
            # Unbuffered: a line is handed to the system in one write, or its pair counts as not made.
            self._file = self._folder.partial.open("r+b", buffering=0)
        return self._file

    def _copy_finished(self) -> None:
        with self._folder.manifest.open("rb") as manifest, replacing(self._folder.partial) as out:
            shutil.copyfileobj(manifest, out)

    def _copy_sorted(self, source: Path, out: BinaryIO) -> None:
        assert self.header is not None
        with source.open("rb") as lines:
            out.write(self.header.to_bytes())
            for key in sorted(self._places):
                start, length = self._places[key]
                lines.seek(start)
                out.write(lines.read(length))
            out.flush()
            os.fsync(out.fileno())


def _write_all(file: FileIO, line: bytes) -> None:
    rest = memoryview(line)
    while rest:  # a disk that is nearly full takes a part first and refuses at the next call
        rest = rest[file.write(rest) or 0 :]


def _key(line: bytes) -> str | None:
    """The key of a whole line; None for one that was cut short."""
    if not line.endswith(b"\n"):
        return None
    try:
        key = json.loads(line)["key"]
    except (ValueError, KeyError, TypeError):
        return None
    return key if isinstance(key, str) else None
