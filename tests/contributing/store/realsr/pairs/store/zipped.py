"""Pairs in one archive: `pairs.zip`, put together when all are there."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BufferedReader, BytesIO
from pathlib import Path
from typing import ClassVar, cast

from realsr.files.whole import drop_leftovers, make_directory, replacing, write_whole, writing
from realsr.images.errors import SourceError, located
from realsr.images.stored import StoredFile
from realsr.pairs.store.books import Books


@dataclass(frozen=True, slots=True)
class ZipMember:
    """A picture in the archive, or in a file of its own as long as the run is under way."""

    store: ZipStore
    name: str

    @property
    def path(self) -> Path:
        return self.store.root / self.name

    def exists(self) -> bool:
        return self.store.staged(self.name).exists() or self.name in self.store.members()

    def file(self) -> BufferedReader:
        staged = self.store.staged(self.name)
        if staged.exists():
            return staged.file()
        try:
            with zipfile.ZipFile(self.store.archive) as archive:
                data = BytesIO(archive.read(self.name))
        except (KeyError, FileNotFoundError) as error:
            gone = SourceError("vanished", "the file is no longer there")
            raise located(gone, self.path) from error
        except (OSError, zipfile.BadZipFile) as error:
            damaged = SourceError("damaged", f"{self.store.archive.name} is damaged ({error})")
            raise located(damaged, self.path) from error
        return cast("BufferedReader", data)


@dataclass(frozen=True, slots=True)
class ZipStore:
    """See `PairStore`. In the archive `hr/KEY.png` and `lr/KEY.png`; in `staged` the same, until `finish`."""

    root: Path
    parts: ClassVar[tuple[str, ...]] = ("pairs.zip", "staged")

    @property
    def books(self) -> Books:
        return Books(self.root)

    @property
    def archive(self) -> Path:
        return self.root / "pairs.zip"

    def hr(self, key: str) -> ZipMember:
        return ZipMember(self, f"hr/{key}.png")

    def lr(self, key: str) -> ZipMember:
        return ZipMember(self, f"lr/{key}.png")

    def staged(self, name: str) -> StoredFile:
        return StoredFile(self.root / "staged" / name, inside=self.root)

    def members(self) -> list[str]:
        """What the archive holds; nothing where it is damaged, so that its pairs are made again."""
        try:
            with zipfile.ZipFile(self.archive) as archive:
                return archive.namelist()
        except (OSError, zipfile.BadZipFile):
            return []

    def names(self) -> Iterator[str]:
        staged = self.root / "staged"
        loose = {path.relative_to(staged).as_posix() for path in staged.glob("*/*")}
        yield from sorted(loose | set(self.members()))

    def ready(self) -> None:
        for side in ("hr", "lr"):
            make_directory(self.root / "staged" / side)
            drop_leftovers(self.root / "staged" / side)

    def put(self, key: str, hr: bytes, lr: bytes) -> None:
        write_whole(self.staged(f"hr/{key}.png").path, hr)
        write_whole(self.staged(f"lr/{key}.png").path, lr)

    def drop(self, name: str) -> None:
        with writing(self.staged(name).path):
            self.staged(name).path.unlink(missing_ok=True)

    def finish(self, keys: Iterable[str]) -> None:
        there = set(self.names())
        with replacing(self.archive) as file, zipfile.ZipFile(file, "w") as archive:
            for picture in (side(key) for key in keys for side in (self.hr, self.lr)):
                if picture.name in there:
                    with picture.file() as data:
                        archive.writestr(zipfile.ZipInfo(picture.name), data.read())
        with writing(self.root / "staged"):
            shutil.rmtree(self.root / "staged")
