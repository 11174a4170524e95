"""A folder's files against its manifest: what is missing, changed or surplus."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from realsr.images.errors import SourceError
from realsr.images.stored import Stored, StoredFile, stored_digest
from realsr.pairs.manifest import ManifestHeader, PairLine, read_manifest
from realsr.pairs.store.claim import ours
from realsr.pairs.store.protocol import PairStore
from realsr.pairs.store.table import opened
from realsr.pairs.workers import look_ahead

_ABSENT = ("vanished", "broken-link")


@dataclass(frozen=True, order=True)
class Finding:
    """kind: `missing`, `changed`, `surplus` or `unreadable`. name: the file, relative to the folder."""

    kind: str
    name: str


@dataclass
class Checked:
    """What a check saw."""

    pairs: int
    findings: list[Finding]


def verify(root: Path, workers: int | None = None) -> Checked:
    """Checks every file. Raises RequestError and ManifestError."""
    store = opened(root)
    header, pairs = read_manifest(store)
    threads = workers or os.cpu_count() or 1
    findings: list[Finding] = list(_check_pipeline(store, header))
    listed: set[str] = set()
    with ThreadPoolExecutor(threads) as pool:
        for key, found in look_ahead(pool, partial(_check_pair, store), pairs, 4 * threads):
            listed.add(key)
            findings += found
    findings += _surplus(store, listed)
    return Checked(len(listed), sorted(findings))


def _check_pipeline(store: PairStore, header: ManifestHeader) -> Iterator[Finding]:
    file = StoredFile(store.books.pipeline, inside=store.root)
    yield from _check(store, file, header.pipeline.file_digest)


def _check_pair(store: PairStore, pair: PairLine) -> tuple[str, list[Finding]]:
    found = [
        *_check(store, store.hr(pair.key), pair.digests.hr_file),
        *_check(store, store.lr(pair.key), pair.digests.lr_file),
    ]
    return pair.key, found


def _check(store: PairStore, stored: Stored, digest: str) -> Iterator[Finding]:
    name = stored.path.relative_to(store.root).as_posix()
    try:
        if stored_digest(stored) != digest:
            yield Finding("changed", name)
    except SourceError as error:
        yield Finding("missing" if error.kind in _ABSENT else "unreadable", name)
    except OSError:
        yield Finding("unreadable", name)


def _surplus(store: PairStore, listed: set[str]) -> Iterator[Finding]:
    files = {f"{key}.png" for key in listed}
    for name in store.names():
        if name.rpartition("/")[2] not in files:
            yield Finding("surplus", name)
    for name in sorted({entry.name for entry in store.root.iterdir()} - ours(store)):
        yield Finding("surplus", name)
