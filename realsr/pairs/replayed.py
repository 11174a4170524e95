"""Where replayed LR images may go: a directory of their own, never over anybody's files."""

from __future__ import annotations

import os
from pathlib import Path

from realsr.files.errors import RequestError
from realsr.files.whole import TEMPORARY, make_directory, write_whole
from realsr.pairs.manifest import read_manifest
from realsr.pairs.store.claim import REPLAYED
from realsr.pairs.store.protocol import PairStore

MARKER = ".realsr-replayed"
"""An empty file that tells an earlier replay's --out from a directory of photographs of the same names."""


def claimed_target(store: PairStore, out: Path | None) -> Path:
    """The directory for a folder's replayed LR images, made if it is absent. Raises RequestError."""
    target = store.root / REPLAYED if out is None else out
    if target.exists() and not target.is_dir():
        raise RequestError(f"--out {target} is a file; give a directory")
    _refuse_pairs(store, target)
    marked = Path(os.path.realpath(target)) != Path(os.path.realpath(store.root / REPLAYED))
    _refuse_strangers(store, target, marked)
    make_directory(target)
    if marked and not (target / MARKER).exists():
        write_whole(target / MARKER, b"")
    return target


def _refuse_pairs(store: PairStore, target: Path) -> None:
    place = Path(os.path.realpath(target))
    for name in store.parts:
        if place.is_relative_to(Path(os.path.realpath(store.root / name))):
            raise RequestError(f"--out {target} holds the pairs themselves; give another directory")


def _refuse_strangers(store: PairStore, target: Path, marked: bool) -> None:
    """Only what a replay of this folder leaves may be there; elsewhere than in the folder, its marker too."""
    names = {path.name for path in target.iterdir()} if target.is_dir() else set()
    names = {name for name in names if not name.startswith(TEMPORARY)}
    if not names:
        return
    strangers = names - {MARKER}
    if not marked or MARKER in names:
        strangers -= {f"{pair.key}.png" for pair in read_manifest(store)[1]}
    if strangers:
        raise RequestError(
            f"--out {target} is not empty and no earlier replay of {store.root} ({min(strangers)} is in it); "
            "give a new or an empty directory"
        )
