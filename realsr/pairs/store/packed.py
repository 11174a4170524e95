"""A store whose pairs are put together when a run ends: staged as files till then, then all in one form.

What a form needs to say is how pairs are packed into a new directory, and where in one the bytes of a picture
lie. The packed directory is replaced whole. A kill finds the old one, the new one under the name `next`, or
the new one in its place; what was staged goes last.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from io import BufferedReader, BytesIO
from pathlib import Path
from typing import ClassVar, NamedTuple, Protocol, cast
from urllib.parse import quote, unquote

from degrade.foreign import ForeignFileError, open_foreign
from realsr.files.whole import drop_leftovers, make_directory, write_whole, writing
from realsr.images.errors import SourceError, located
from realsr.images.stored import StoredFile
from realsr.pairs.store.books import Books


class Location(Protocol):
    """Where the bytes of a picture lie in a packed directory."""

    def read(self) -> bytes:
        """Raises SourceError and ForeignFileError where they do not lie there."""


@dataclass(frozen=True, slots=True)
class Slice:
    """Bytes of a file as they are."""

    file: Path
    start: int
    length: int

    def read(self) -> bytes:
        with open_foreign(self.file, inside=self.file.parent) as file:
            file.seek(self.start)
            data = file.read(self.length)
        if len(data) != self.length:
            raise SourceError("damaged", f"{self.file.name} ends before its bytes")
        return data


class PackedPair(NamedTuple):
    """PNG files; None: somebody took it away."""

    key: str
    hr: bytes | None
    lr: bytes | None


_SAFE = " !\"#$&'()*+,/:;<=>?@[\\]^`{|}"
"""What stays as it is, beside letters, digits and -._~."""

Index = Mapping[str, Location]
"""Places by `hr/KEY.png` and `lr/KEY.png`."""


def _needs_nothing() -> None:
    pass


@dataclass(frozen=True, slots=True)
class Packing:
    """What differs by form.

    pack: fills a new, empty directory with pairs, which come sorted by key; equal ones give equal bytes. Raises
    OSError. index: of a packed directory, whatever lies in it; what cannot be read is passed over. check: that
    `pack` has what it needs, before there is anything to lose. Raises MissingExtraError.
    """

    pack: Callable[[Path, Iterator[PackedPair]], None]
    index: Callable[[Path], Index]
    check: Callable[[], None] = _needs_nothing


@dataclass(frozen=True, slots=True)
class PackedPicture:
    """A picture in the packed directory, or in a file of its own as long as its run is under way."""

    store: PackedStore
    name: str

    @property
    def path(self) -> Path:
        return self.store.root / self.name

    def exists(self) -> bool:
        return self.store.staged(self.name).exists() or self.name in self.store.index()

    def file(self) -> BufferedReader:
        staged = self.store.staged(self.name)
        return staged.file() if staged.exists() else cast("BufferedReader", BytesIO(self._packed()))

    def _packed(self) -> bytes:
        place = self.store.index().get(self.name)
        try:
            if place is None:
                raise SourceError("vanished", "the file is no longer there")
            return place.read()
        except SourceError as error:
            raise located(error, self.path) from error
        except ForeignFileError as error:
            raise located(SourceError("damaged", str(error)), self.path) from error

    def bytes(self) -> bytes | None:
        """All of it; None where it is not there."""
        if not self.exists():
            return None
        with self.file() as file:
            return file.read()


@dataclass(frozen=True, slots=True)
class PackedStore:
    """See `PairStore`."""

    root: Path
    packing: Packing
    parts: ClassVar[tuple[str, ...]] = ("data", "staged", "building", "next", "old")

    @property
    def books(self) -> Books:
        return Books(self.root)

    @property
    def data(self) -> Path:
        """The packed directory, there or not: under its other name where a kill came between two renamings."""
        data, following = self.root / "data", self.root / "next"
        return following if following.is_dir() and not data.is_dir() else data

    def hr(self, key: str) -> PackedPicture:
        return PackedPicture(self, f"hr/{key}.png")

    def lr(self, key: str) -> PackedPicture:
        return PackedPicture(self, f"lr/{key}.png")

    def staged(self, name: str) -> StoredFile:
        return StoredFile(self.root / "staged" / name, inside=self.root)

    def index(self) -> Index:
        """What the packed directory holds."""
        data = self.data
        if not data.is_dir() or data.is_symlink():
            return {}
        # A directory that took another's place has another inode or another time.
        status = data.stat()
        return _indexed(self.packing.index, data, status.st_ino, status.st_mtime_ns)

    def names(self) -> Iterator[str]:
        staged = self.root / "staged"
        loose = {path.relative_to(staged).as_posix() for path in staged.glob("*/*")}
        yield from sorted(loose | set(self.index()))

    def ready(self) -> None:
        self.packing.check()
        self._settle()
        for side in ("hr", "lr"):
            make_directory(self.root / "staged" / side)
            drop_leftovers(self.root / "staged" / side)

    def put(self, key: str, hr: bytes, lr: bytes) -> None:
        write_whole(self.staged(f"hr/{key}.png").path, hr)
        write_whole(self.staged(f"lr/{key}.png").path, lr)

    def drop(self, name: str) -> None:
        path = self.staged(name).path
        with writing(path):
            path.unlink(missing_ok=True)

    def finish(self, keys: Iterable[str]) -> None:
        self._settle()
        building = self.root / "building"
        with writing(building):
            building.mkdir()
            self.packing.pack(building, (self._pair(key) for key in keys))
            building.replace(self.root / "next")
        self._settle()
        with writing(self.root / "staged"):
            _remove(self.root / "staged")

    def _pair(self, key: str) -> PackedPair:
        return PackedPair(key, self.hr(key).bytes(), self.lr(key).bytes())

    def _settle(self) -> None:
        """Ends what a kill left half-done: a whole new directory takes its place, a part of one goes."""
        data, following, old = self.root / "data", self.root / "next", self.root / "old"
        with writing(data):
            _remove(self.root / "building")
            if following.is_dir():
                _remove(old)
                if data.is_dir():
                    data.replace(old)
                following.replace(data)
            _remove(old)


@lru_cache(maxsize=8)
def _indexed(index: Callable[[Path], Index], data: Path, inode: int, time: int) -> Index:
    return index(data)


def _remove(directory: Path) -> None:
    if directory.is_dir():
        shutil.rmtree(directory)


def outer_name(key: str) -> str:
    """A key as every reader takes it: some end a name at its first dot, some know ASCII alone.

    Dots, per cent signs and what lies beyond ASCII are written as in addresses, by their bytes in UTF-8.
    """
    return quote(key, safe=_SAFE, errors="surrogateescape").replace(".", "%2E")


def inner_name(name: str) -> str:
    """The key of an `outer_name`."""
    return unquote(name, errors="surrogateescape")
