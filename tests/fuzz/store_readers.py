"""Readers of packed pairs: a file of each form, in its place."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from realsr.images.errors import SourceError
from realsr.pairs.store.lmdb_files import LMDB
from realsr.pairs.store.packed import PackedPair, Packing
from realsr.pairs.store.parquet_files import PARQUET
from realsr.pairs.store.tar_shards import TAR
from tests.fuzz.reader import Reader, put

FORMS = {
    "pairs.tar": (TAR, "00000.tar"),
    "pairs.lmdb": (LMDB, "lr.lmdb/data.mdb"),
    "pairs.parquet": (PARQUET, "train-00000.parquet"),
}


def _pairs(count: int) -> Iterator[PackedPair]:
    for number in range(count):
        yield PackedPair(
            f"k\u00fc.{number:03}" * (1 + number), bytes([number]) * 700 * number, b"lr"
        )


def _seeds(packing: Packing, name: str) -> Callable[[], Sequence[bytes]]:
    def seeds() -> Sequence[bytes]:
        found = []
        for count in (1, 3, 9):
            with tempfile.TemporaryDirectory() as folder:
                packing.pack(Path(folder), _pairs(count))
                found.append((Path(folder) / name).read_bytes())
        return found

    return seeds


def _reader(packing: Packing, name: str) -> Callable[[Path, bytes], object]:
    def read(folder: Path, data: bytes) -> None:
        put(folder, name, data)
        fault: SourceError | None = None
        for place in packing.index(folder).values():
            try:
                place.read()
            except SourceError as error:
                fault = error
        if fault is not None:
            raise fault

    return read


STORE_READERS = tuple(
    Reader(form, _seeds(packing, name), _reader(packing, name))
    for form, (packing, name) in FORMS.items()
)
