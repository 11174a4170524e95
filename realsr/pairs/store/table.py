"""The forms in which pairs are stored, and how a place is known to be in one.

A place in another form than `folder` says so in a file of its own, written before anything else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from degrade.foreign import read_foreign_text
from degrade.reader.near import meant_or_known
from degrade.table import Table
from realsr.files.errors import RequestError
from realsr.files.whole import write_whole, writing
from realsr.images.stored import Stored, StoredFile
from realsr.pairs.store.folder import Folder
from realsr.pairs.store.imagefolder import ImageFolder
from realsr.pairs.store.lmdb_files import LMDB
from realsr.pairs.store.packed import PackedStore
from realsr.pairs.store.parquet_files import PARQUET
from realsr.pairs.store.protocol import PairStore
from realsr.pairs.store.tar_shards import TAR

MARK = ".realsr-format"
_PLAIN = "folder"
"""What a place without a mark is."""


@dataclass(frozen=True, slots=True)
class StoreForm:
    """name: as `--format` has it. at: the store of a directory, whatever is in it, or nothing yet."""

    name: str
    at: Callable[[Path], PairStore]


_ROWS = [
    StoreForm(_PLAIN, Folder),
    StoreForm("imagefolder", ImageFolder),
    StoreForm("tar", lambda root: PackedStore(root, TAR)),
    StoreForm("lmdb", lambda root: PackedStore(root, LMDB)),
    StoreForm("parquet", lambda root: PackedStore(root, PARQUET)),
]

FORMS = Table("format of pairs", _ROWS, RequestError)


def opened(root: Path) -> PairStore:
    """The pairs in a directory, in whatever form; whether there are any, `read_manifest` tells.

    Raises RequestError for a form that is not known.
    """
    name = _name(root)
    if name not in FORMS:
        raise RequestError(
            f"{root} holds pairs in the format {name!r}, which is not known here"
            f"{meant_or_known(name, FORMS)}"
        )
    return FORMS[name].at(root)


def picture_at(path: Path) -> Stored:
    """A stored picture by its path, be it a file of its own or one inside a place: `ROOT/hr/KEY.png`."""
    if path.exists() or path.parent.name not in ("hr", "lr"):
        return StoredFile(path)
    store = opened(path.parents[1])
    return store.hr(path.stem) if path.parent.name == "hr" else store.lr(path.stem)


def asked(root: Path, name: str | None) -> PairStore:
    """The place in the form asked for; None takes the one that it has, or files.

    Raises RequestError for a form that is not known, or not this place's.
    """
    if name is None:
        return opened(root)
    wanted = FORMS.row(name).at(root)
    here = opened(root)
    if here.books.begun() and _name(root) != name:
        raise RequestError(
            f"{root} holds pairs in the format {_name(root)}: leave --format out, or give another --out"
        )
    return wanted


def mark(root: Path, name: str | None) -> None:
    """Says which form a place is in, where it has to be said. Raises StorageError."""
    if name == _PLAIN:
        with writing(root / MARK):
            (root / MARK).unlink(missing_ok=True)
    elif name not in (None, _name(root)):
        write_whole(root / MARK, f"{name}\n".encode())


def _name(root: Path) -> str:
    path = root / MARK
    if not path.exists():
        return _PLAIN
    return read_foreign_text(path, most=100, inside=root).strip()
