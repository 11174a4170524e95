"""The manifest while it grows: append-only, resumable after a kill at any moment, flat in memory.

Of each line only its place in the file is held. A finished manifest is never touched: to add to it, it is first
copied to the partial one, and the partial one replaces it at the end.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Collection
from contextlib import suppress
from io import FileIO
from pathlib import Path
from typing import BinaryIO, NamedTuple

from realsr.files.growing import check_there
from realsr.files.json_lines import parsed
from realsr.files.whole import replacing, write_whole, writing
from realsr.pairs.manifest import ManifestHeader, manifest_lines, parse_header, parse_pair
from realsr.pairs.store.books import Books


class MadeFrom(NamedTuple):
    """source: id. digest: SHA-256 of its file."""

    source: str
    digest: str


class Journal:
    """Lines of pairs that are on disk. Safe to use from many threads."""

    def __init__(self, books: Books) -> None:
        """Reads what an earlier run left, dropping a last line that a kill cut short."""
        self._books = books
        self._lock = threading.Lock()
        self._places: dict[str, tuple[int, int]] = {}
        self._origins: dict[str, MadeFrom] = {}
        self._end = 0
        self._file: FileIO | None = None
        self.header: ManifestHeader | None = None
        self.interrupted = books.partial.exists()
        if self.interrupted:
            self._read(books.partial)
            with writing(books.partial):
                self._opened().truncate(self._end)
        elif books.manifest.exists():
            self._read(books.manifest)

    def __contains__(self, key: str) -> bool:
        return key in self._places

    def origins(self) -> set[MadeFrom]:
        """What the pairs of earlier runs were made from."""
        return set(self._origins.values())

    def forget(self, sources: Collection[str]) -> None:
        """Takes the pairs of sources out of the manifest, so that they are made again. Raises StorageError."""
        gone = [key for key, origin in self._origins.items() if origin.source in sources]
        with self._lock, writing(self._books.partial):
            self._opened()  # or the finished manifest would go on listing them
        for key in gone:
            del self._origins[key], self._places[key]

    def listed(self) -> list[str]:
        """Of all pairs, sorted."""
        return sorted(self._places)

    @property
    def grown(self) -> bool:
        """Whether there are lines that the finished manifest has not."""
        return self._file is not None

    def begin(self, header: ManifestHeader) -> None:
        """Puts the header of a new folder on disk, which makes the folder ours."""
        data = header.to_bytes()
        write_whole(self._books.partial, data)
        self.header = header
        self._end = len(data)
        with writing(self._books.partial):
            self._opened()

    def append(self, key: str, line: bytes) -> None:
        """Adds a pair whose files are in place. Raises StorageError, leaving no part of the line, also where
        somebody else removed or replaced the file, which then is put back."""
        with self._lock, writing(self._books.partial):
            file = self._opened()
            check_there(self._books.partial, file)
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
        """Writes the manifest in key order and drops the partial one, if anything was added.

        Raises StorageError as `append` does.
        """
        partial, manifest = self._books.partial, self._books.manifest
        if self._file is None:
            return
        with writing(partial):
            check_there(partial, self._file)
        with replacing(manifest) as out:
            self._copy_sorted(self._file, out)
        self.close()
        with writing(partial):
            partial.unlink()

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _read(self, path: Path) -> None:
        shared: dict[MadeFrom, MadeFrom] = {}
        with manifest_lines(path) as lines:
            first = next(lines, b"")
            self.header = parse_header(first, path)
            self._end = len(first)
            for number, line in enumerate(lines, start=2):
                if _is_cut(line) and not next(lines, b""):
                    return
                pair = parse_pair(line, path, number)
                origin = MadeFrom(pair.source, pair.source_digest)
                self._places[pair.key] = (self._end, len(line))
                self._origins[pair.key] = shared.setdefault(origin, origin)
                self._end += len(line)

    def _opened(self) -> FileIO:
        if self._file is None:
            if not self._books.partial.exists():
                self._begin_again()
            # Unbuffered: a line is handed to the system in one write, or its pair counts as not made.
            self._file = self._books.partial.open("r+b", buffering=0)
        return self._file

    def _begin_again(self) -> None:
        if not self._books.manifest.exists() and self.header is not None and not self._places:
            write_whole(self._books.partial, self.header.to_bytes())
            return
        with self._books.manifest.open("rb") as manifest, replacing(self._books.partial) as out:
            shutil.copyfileobj(manifest, out)

    def _copy_sorted(self, lines: BinaryIO, out: BinaryIO) -> None:
        assert self.header is not None
        out.write(self.header.to_bytes())
        for key in self.listed():
            start, length = self._places[key]
            lines.seek(start)
            out.write(lines.read(length))
        out.flush()
        os.fsync(out.fileno())


def _write_all(file: FileIO, line: bytes) -> None:
    rest = memoryview(line)
    while rest:  # a disk that is nearly full takes a part first and refuses at the next call
        rest = rest[file.write(rest) or 0 :]


def _is_cut(line: bytes) -> bool:
    """Whether a kill can have left it so, at the end of a file."""
    try:
        parsed(line)
    except ValueError:
        return True
    return not line.endswith(b"\n")
