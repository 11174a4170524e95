"""What everybody who makes or reads pairs needs of the place where they lie."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol

from realsr.images.stored import Stored
from realsr.pairs.store.books import Books


class PairStore(Protocol):
    """A directory in which pairs lie in one form: as files, in a database, in archives.

    A store is a small value: threads share it, processes are forked with it or sent it, and every method may
    be called from all of them at once, save `ready`, `drop` and `finish`, which the holder of the lock calls
    alone. What it opens, it opens where it is used.

    A pair is there once its line is in the journal, which is written after `put` has returned. So `put` returns
    when a kill can no longer take the pair's bytes away, and may be called again for a key whose line a kill
    prevented: the later bytes count. Payloads are the PNG files' bytes in every store, so that digests and
    manifests do not depend on it.

    root: the directory. books: manifest, journal, failures and pipeline. parts: the names in `root` under which
    pictures lie, made by `ready`, never links.
    """

    @property
    def root(self) -> Path: ...

    @property
    def books(self) -> Books: ...

    @property
    def parts(self) -> tuple[str, ...]: ...

    def hr(self, key: str) -> Stored:
        """The HR picture of a key, there or not. Its path is `root/hr/KEY.png`, whatever holds it."""

    def lr(self, key: str) -> Stored:
        """The LR picture, likewise `root/lr/KEY.png`."""

    def names(self) -> Iterator[str]:
        """Everything that lies there as names relative to `root`: `hr/KEY.png`, and what is no pair's too."""

    def ready(self) -> None:
        """Makes it ready for `put`, free of what a kill left half-written. Raises StorageError."""

    def put(self, key: str, hr: bytes, lr: bytes) -> None:
        """Keeps a pair's two PNG files. Raises StorageError."""

    def drop(self, name: str) -> None:
        """Takes away one of `names`: a picture of ours whose line a kill prevented. Raises StorageError."""

    def finish(self, keys: Iterable[str]) -> None:
        """Brings the pairs into their final form, before the manifest says that they are complete.

        keys: of all pairs, sorted; equal keys and bytes give equal files, whatever came before. Pictures that
        somebody took away are passed over: `verify` names them. It may be killed and called again, and `put`
        may follow it: a finished place is added to. Raises StorageError.
        """


def holds(store: PairStore, key: str) -> bool:
    """Whether both pictures of a pair are there."""
    return store.hr(key).exists() and store.lr(key).exists()
