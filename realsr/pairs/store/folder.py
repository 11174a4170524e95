"""Pairs as files: `hr/KEY.png` and `lr/KEY.png`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from realsr.files.whole import drop_leftovers, write_whole, writing
from realsr.images.stored import StoredFile
from realsr.pairs.store.books import Books


@dataclass(frozen=True, slots=True)
class Folder:
    """See `PairStore`."""

    root: Path
    parts: ClassVar[tuple[str, ...]] = ("hr", "lr")

    @property
    def books(self) -> Books:
        return Books(self.root)

    def hr(self, key: str) -> StoredFile:
        return StoredFile(self.root / "hr" / f"{key}.png", inside=self.root)

    def lr(self, key: str) -> StoredFile:
        return StoredFile(self.root / "lr" / f"{key}.png", inside=self.root)

    def names(self) -> Iterator[str]:
        for part in Folder.parts:
            directory = self.root / part
            if directory.is_dir():
                yield from sorted(f"{part}/{entry.name}" for entry in directory.iterdir())

    def ready(self) -> None:
        for part in Folder.parts:
            directory = self.root / part
            with writing(directory):
                directory.mkdir(exist_ok=True)
            drop_leftovers(directory)

    def put(self, key: str, hr: bytes, lr: bytes) -> None:
        write_whole(self.hr(key).path, hr)
        write_whole(self.lr(key).path, lr)

    def drop(self, name: str) -> None:
        path = self.root / name
        with writing(path):
            path.unlink()

    def finish(self, keys: Iterable[str]) -> None:
        """Nothing: a file is in its final form once it is there."""
