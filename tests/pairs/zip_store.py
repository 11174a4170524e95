"""A second store, as anybody might add one: pairs in one archive, put together when all are there."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BufferedReader, BytesIO
from pathlib import Path
from typing import ClassVar

from realsr.files.whole import drop_leftovers, make_directory, replacing, write_whole, writing
from realsr.images.errors import SourceError
from realsr.images.stored import StoredFile, located
from realsr.pairs.store.books import Books
from realsr.pairs.store.table import StoreForm


@dataclass(frozen=True, slots=True)
class Member:
    """A picture in the archive, or still in its file of its own."""

    store: ZipStore
    name: str

    @property
    def path(self) -> Path:
        return self.store.root / self.name

    def exists(self) -> bool:
        return self.store.staged(self.name).path.is_file() or self.name in self.store.members()

    def file(self) -> BufferedReader:
        staged = self.store.staged(self.name)
        if staged.exists():
            return staged.file()
        try:
            with zipfile.ZipFile(self.store.archive) as archive:
                return BufferedReader(BytesIO(archive.read(self.name)))  # type: ignore[arg-type]
        except (KeyError, OSError, zipfile.BadZipFile) as error:
            raise located(
                SourceError("vanished", "the file is no longer there"), self.path
            ) from error


@dataclass(frozen=True, slots=True)
class ZipStore:
    """`pairs.zip` with `hr/KEY.png` and `lr/KEY.png`, and `staged` with the same while a run is under way."""

    root: Path
    parts: ClassVar[tuple[str, ...]] = ("pairs.zip", "staged")

    @property
    def books(self) -> Books:
        return Books(self.root)

    @property
    def archive(self) -> Path:
        return self.root / "pairs.zip"

    def staged(self, name: str) -> StoredFile:
        return StoredFile(self.root / "staged" / name, inside=self.root)

    def members(self) -> list[str]:
        if not self.archive.is_file():
            return []
        with zipfile.ZipFile(self.archive) as archive:
            return archive.namelist()

    def hr(self, key: str) -> Member:
        return Member(self, f"hr/{key}.png")

    def lr(self, key: str) -> Member:
        return Member(self, f"lr/{key}.png")

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
        with replacing(self.archive) as file, zipfile.ZipFile(file, "w") as archive:
            for key in keys:
                for picture in (self.hr(key), self.lr(key)):
                    with picture.file() as data:
                        archive.writestr(zipfile.ZipInfo(picture.name), data.read())
        with writing(self.root / "staged"):
            shutil.rmtree(self.root / "staged", ignore_errors=True)


ZIP = StoreForm("zip", ZipStore)
