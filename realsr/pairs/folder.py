"""The folder of pairs on disk: its layout, its lock, and writes that are whole or absent."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from realsr.files.errors import RequestError
from realsr.files.locks import LOCK, held
from realsr.files.whole import TEMPORARY, make_directory, writing

REPLAYED = "lr-replayed"


@dataclass(frozen=True, slots=True)
class Folder:
    """Paths inside one folder of pairs."""

    root: Path

    @property
    def manifest(self) -> Path:
        return self.root / "manifest.jsonl"

    @property
    def partial(self) -> Path:
        """The manifest of a run that is under way: lines in order of completion."""
        return self.root / "manifest.partial.jsonl"

    @property
    def failures(self) -> Path:
        return self.root / "failures.jsonl"

    @property
    def pipeline(self) -> Path:
        return self.root / "pipeline.yaml"

    def hr(self, key: str) -> Path:
        return self.root / "hr" / f"{key}.png"

    def lr(self, key: str) -> Path:
        return self.root / "lr" / f"{key}.png"

    def holds(self, key: str) -> bool:
        """Whether both files of a pair are there."""
        return self.hr(key).is_file() and self.lr(key).is_file()

    def image_names(self) -> Iterator[tuple[str, str]]:
        """Every entry of `hr` and `lr` as (directory, name), sorted."""
        for directory in ("hr", "lr"):
            path = self.root / directory
            if path.is_dir():
                for name in sorted(entry.name for entry in path.iterdir()):
                    yield directory, name


@contextmanager
def claimed(root: Path) -> Iterator[Folder]:
    """The folder, made if absent, locked against other processes, free of leftovers of a killed run.

    The operating system drops the lock with its process, so a dead one never blocks the next.
    Raises FolderBusyError if another process holds it, RequestError if it is not a folder of pairs or cannot be
    written at all.
    """
    if root.exists() and not root.is_dir():
        raise RequestError(f"{root} is a file; --out names a directory")
    _refuse_strangers(root)
    refuse_links(root)
    make_directory(root)
    busy = f"another process is making pairs in {root}; wait for it to end or give another --out"
    with held(root, busy):
        folder = Folder(root)
        _make_ready(folder)
        yield folder


def refuse_links(root: Path) -> None:
    """Raises RequestError if a part of a folder is a link: what is written there would land elsewhere.

    A folder may have come unpacked from anywhere.
    """
    folder = Folder(root)
    files = (folder.manifest, folder.partial, folder.failures, folder.pipeline)
    for path in (*files, *(root / name for name in ("hr", "lr", REPLAYED, LOCK))):
        if path.is_symlink():
            raise RequestError(
                f"{path} is a link, and a folder of pairs writes nothing outside itself; put the files "
                "themselves in its place"
            )


def _refuse_strangers(root: Path) -> None:
    if not root.is_dir():
        return
    folder = Folder(root)
    if folder.manifest.exists() or folder.partial.exists():
        return
    names = sorted(entry.name for entry in root.iterdir())
    strangers = [name for name in names if name != LOCK and not name.startswith(TEMPORARY)]
    if strangers:
        raise RequestError(
            f"{root} is not empty and holds no manifest of pairs ({strangers[0]} is in it); "
            "give a new or an empty directory"
        )


def _make_ready(folder: Folder) -> None:
    with writing(folder.root):
        for directory in (folder.root, folder.root / "hr", folder.root / "lr"):
            if directory.is_dir():
                _drop_leftovers(directory)


def _drop_leftovers(directory: Path) -> None:
    with os.scandir(directory) as entries:
        leftovers = [Path(entry.path) for entry in entries if entry.name.startswith(TEMPORARY)]
    for leftover in leftovers:
        leftover.unlink()
