"""Holding a place of pairs to write in it: one process at a time, over nobody's files, through no link."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from realsr.files.errors import RequestError
from realsr.files.locks import LOCK, held
from realsr.files.whole import TEMPORARY, drop_leftovers, make_directory
from realsr.pairs.store.protocol import PairStore
from realsr.pairs.store.table import MARK, asked, mark

REPLAYED = "lr-replayed"


@contextmanager
def claimed(root: Path, form: str | None = None) -> Iterator[PairStore]:
    """The place, made if absent, locked against other processes, its form said.

    form: a name of `FORMS`; None takes the one that the place has.
    Raises FolderBusyError if another process holds it, RequestError if it is no place of pairs, is in another
    form, or cannot be written at all.
    """
    _check(asked(root, form))
    make_directory(root)
    busy = f"another process is making pairs in {root}; wait for it to end or give another --out"
    with held(root, busy):
        store = asked(root, form)  # who held it before may have begun it
        _check(store)
        drop_leftovers(root)
        mark(root, form)
        yield store


def _check(store: PairStore) -> None:
    if store.root.exists() and not store.root.is_dir():
        raise RequestError(f"{store.root} is a file; --out names a directory")
    _refuse_strangers(store)
    refuse_links(store)


def refuse_links(store: PairStore) -> None:
    """Raises RequestError if a part of a place is a link: what is written there would land elsewhere.

    A folder may have come unpacked from anywhere.
    """
    names = (*store.parts, REPLAYED, LOCK, MARK)
    for path in (*store.books.files, *(store.root / name for name in names)):
        if path.is_symlink():
            raise RequestError(
                f"{path} is a link, and a folder of pairs writes nothing outside itself; put the files "
                "themselves in its place"
            )


def ours(store: PairStore) -> frozenset[str]:
    """The names that a finished place has."""
    books = {path.name for path in store.books.files if path != store.books.partial}
    return frozenset((*store.parts, *books, REPLAYED, LOCK, MARK))


def _refuse_strangers(store: PairStore) -> None:
    if not store.root.is_dir() or store.books.begun():
        return
    names = sorted(entry.name for entry in store.root.iterdir())
    strangers = [
        name for name in names if name not in (LOCK, MARK) and not name.startswith(TEMPORARY)
    ]
    if strangers:
        raise RequestError(
            f"{store.root} is not empty and holds no manifest of pairs ({strangers[0]} is in it); "
            "give a new or an empty directory"
        )
