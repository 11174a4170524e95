"""Pairs as BasicSR's LMDB: `data/hr.lmdb` and `data/lr.lmdb`, each with `meta_info.txt`.

BasicSR ends a key at its first dot and takes ASCII alone, so that keys are written as in addresses
(`outer_name`). LMDB's library writes the databases. It trusts what it maps into memory, so that a damaged or
hostile file may end the process that reads it; here the pages are walked by `lmdb_pages` instead, with
bounds.
"""

from __future__ import annotations

import errno
import importlib
import struct
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from degrade.errors import MissingExtraError
from degrade.foreign import ForeignFileError, open_foreign
from realsr.pairs.store.lmdb_pages import entries
from realsr.pairs.store.packed import (
    Index,
    Location,
    PackedPair,
    Packing,
    Slice,
    inner_name,
    outer_name,
)

SIDES = ("hr", "lr")
MAP_BYTES = 2**40
"""What a database may grow to; address space, neither memory nor disk."""
LONGEST_KEY = 511
"""Bytes, by LMDB."""
PAIRS_A_TRANSACTION = 500
"""What lies in memory until it is written."""
_COMPRESSION = 1
"""What `meta_info.txt` says of every picture; BasicSR's readers look at the name alone."""


class _Database:
    """One side while it is written, key by key in ascending order."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir()
        self._environment = _library().open(
            str(directory), map_size=MAP_BYTES, lock=False, metasync=False, sync=False
        )
        self._transaction = self._environment.begin(write=True)
        self._count = 0
        self._names = (directory / "meta_info.txt").open("x", encoding="utf-8")

    def put(self, key: str, png: bytes) -> None:
        name = outer_name(key)
        if len(name.encode()) > LONGEST_KEY:
            raise OSError(errno.ENAMETOOLONG, f"the key {key!r} has more than {LONGEST_KEY} bytes")
        self._transaction.put(name.encode(), png)
        height, width, channels = _shape(png)
        self._names.write(f"{name}.png ({height},{width},{channels}) {_COMPRESSION}\n")
        self._count += 1
        if self._count % PAIRS_A_TRANSACTION == 0:
            self._transaction.commit()
            self._transaction = self._environment.begin(write=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: object, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._transaction.commit()
            self._environment.sync(True)
        else:
            self._transaction.abort()
        self._names.close()
        self._environment.close()


def _library() -> Any:
    try:
        return importlib.import_module("lmdb")
    except ImportError as error:
        raise MissingExtraError("storing pairs as LMDB", "stores") from error


def _pack(into: Path, pairs: Iterator[PackedPair]) -> None:
    fault = _library().Error
    try:
        with ExitStack() as stack:
            hr, lr = (stack.enter_context(_Database(into / f"{side}.lmdb")) for side in SIDES)
            for pair in pairs:
                for database, png in ((hr, pair.hr), (lr, pair.lr)):
                    if png is not None:
                        database.put(pair.key, png)
    except fault as error:
        raise OSError(errno.EIO, str(error)) from error


def _shape(png: bytes) -> tuple[int, int, int]:
    """Height, width and channels by a PNG file's first chunk; zeros where it has none."""
    if len(png) < 26 or png[12:16] != b"IHDR":
        return 0, 0, 0
    width, height = struct.unpack(">II", png[16:24])
    return height, width, {0: 1, 4: 2, 6: 4}.get(png[25], 3)


def _index(data: Path) -> Index:
    places: dict[str, Location] = {}
    for side in SIDES:
        path = data / f"{side}.lmdb" / "data.mdb"
        try:
            with open_foreign(path, inside=data) as file:
                for key, start, length in entries(file):
                    name = inner_name(key.decode("utf-8", "surrogateescape"))
                    places[f"{side}/{name}.png"] = Slice(path, start, length)
        except (ForeignFileError, OSError):
            continue
    return places


def _check() -> None:
    _library()


LMDB = Packing(_pack, _index, _check)
