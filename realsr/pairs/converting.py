"""Pairs from one form of storage into another: the same PNG files, manifest, failures and pipeline."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from degrade.foreign import read_foreign
from realsr.files.errors import RequestError, advising
from realsr.files.whole import write_whole
from realsr.images.errors import SourceError, located
from realsr.images.stored import Stored
from realsr.pairs.journal import Journal
from realsr.pairs.manifest import PairLine, read_manifest
from realsr.pairs.store.books import Books
from realsr.pairs.store.claim import claimed
from realsr.pairs.store.protocol import PairStore, holds
from realsr.pairs.store.table import opened
from realsr.pairs.workers import look_ahead

MOST = 2**28
"""Bytes of a pipeline's file, and of the list of failures."""
GO_ON = "what was copied so far is kept: run the same command again to go on"


@dataclass(frozen=True)
class Converted:
    """copied, kept: pairs, now and by an earlier call. lost: pictures that are not as the manifest says, in
    words; their pairs were left out.
    """

    copied: int
    kept: int
    lost: tuple[str, ...]


@dataclass(frozen=True)
class _Read:
    """A pair's two PNG files; or, in words, why they are not had."""

    line: PairLine
    pictures: tuple[bytes, bytes] | None
    fault: str = ""


@advising(GO_ON)
def convert(root: Path, out: Path, form: str, told: Callable[[], None] | None = None) -> Converted:
    """Copies a finished place into one of another form, each picture against its digest.

    form: a name of `FORMS`. told: called after every pair. The same call goes on after a kill, at any moment,
    and ends with the same bytes. Raises RequestError, ManifestError, StorageError, MissingExtraError.
    """
    source = opened(root)
    header, pairs = read_manifest(source)
    if out.exists() and root.samefile(out):
        raise RequestError(f"{root} and --out {out} are one directory; give another one")
    with claimed(out, form) as store, closing(Journal(store.books)) as journal:
        if journal.header is None:
            journal.begin(header)
        elif journal.header != header:
            raise RequestError(
                f"{out} holds pairs of another request than {root}; give another --out"
            )
        store.ready()
        _copy_books(source.books, store.books)
        _drop_unlisted(store, journal)
        return _copied(source, store, journal, pairs, told or (lambda: None))


def _copy_books(source: Books, to: Books) -> None:
    to.write_pipeline(read_foreign(source.pipeline, most=MOST, inside=source.root))
    if source.failures.exists():
        write_whole(to.failures, read_foreign(source.failures, most=MOST, inside=source.root))


def _drop_unlisted(store: PairStore, journal: Journal) -> None:
    """Drops pictures that a kill left without their line."""
    for name in list(store.names()):
        if name.rpartition("/")[2].removesuffix(".png") not in journal:
            store.drop(name)


def _copied(
    source: PairStore,
    store: PairStore,
    journal: Journal,
    pairs: Iterator[PairLine],
    told: Callable[[], None],
) -> Converted:
    copied, kept, lost, threads = 0, 0, [], os.cpu_count() or 1
    with ThreadPoolExecutor(threads) as pool:
        for read in look_ahead(pool, partial(_read, source, store, journal), pairs, 4 * threads):
            if read is None:
                kept += 1
            elif read.pictures is None:
                lost.append(read.fault)
            else:
                store.put(read.line.key, *read.pictures)
                journal.append(read.line.key, read.line.to_bytes())
                copied += 1
            told()
    if journal.grown:
        store.finish(journal.listed())
        journal.finish()
    return Converted(copied, kept, tuple(lost))


def _read(source: PairStore, store: PairStore, journal: Journal, line: PairLine) -> _Read | None:
    """What is to be copied of a pair; nothing where it is there."""
    if line.key in journal and holds(store, line.key):
        return None
    try:
        digests = line.digests
        hr = _checked(source.hr(line.key), digests.hr_file)
        return _Read(line, (hr, _checked(source.lr(line.key), digests.lr_file)))
    except SourceError as error:
        return _Read(line, None, str(error))


def _checked(picture: Stored, digest: str) -> bytes:
    with picture.file() as file:
        data = file.read()
    if hashlib.sha256(data).hexdigest() != digest:
        changed = SourceError("changed", "its bytes are not those of the manifest's digest")
        raise located(changed, picture.path)
    return data
