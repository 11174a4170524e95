"""Pairs as Hugging Face parquet: `data/train-00000.parquet` with the columns `key`, `lr` and `hr`, two
pictures.

They are the PNG files' bytes, uncompressed and without a dictionary, so that what is read is never more than
the file holds. The schema tells `datasets` that they are pictures.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any

from degrade.errors import MissingExtraError
from degrade.foreign import ForeignFileError, open_foreign
from realsr.images.errors import SourceError, as_damage
from realsr.pairs.store.packed import Index, Location, PackedPair, Packing

PAIRS_A_FILE = 2_000
PAIRS_A_GROUP = 20
"""What is read to get at one picture."""
_PICTURES = ("lr", "hr")
_FEATURES = {
    "key": {"dtype": "string", "_type": "Value"},
    **{side: {"_type": "Image"} for side in _PICTURES},
}


@dataclass(frozen=True, slots=True)
class TableCell:
    """The bytes of a picture in a row of a group. time: of the file's last change."""

    file: Path
    time: int
    group: int
    row: int
    side: str

    def read(self) -> bytes:
        data: Any = _column(self.file, self.time, self.group, self.side)[self.row]
        if not isinstance(data, bytes):
            raise SourceError("damaged", f"{self.file.name} holds no picture in its place")
        return data


def _pack(into: Path, pairs: Iterator[PackedPair]) -> None:
    numbered = groupby(enumerate(pairs), lambda each: each[0] // PAIRS_A_FILE)
    for number, file in numbered:
        _write(into / f"train-{number:05d}.parquet", (pair for _, pair in file))


def _write(path: Path, pairs: Iterator[PackedPair]) -> None:
    arrow, parquet = _library(), _parquet()
    picture = arrow.struct([("bytes", arrow.binary()), ("path", arrow.string())])
    note = json.dumps({"info": {"features": _FEATURES}})
    columns = [("key", arrow.string()), *((side, picture) for side in _PICTURES)]
    schema = arrow.schema(columns, metadata={"huggingface": note})
    with parquet.ParquetWriter(path, schema, compression="none", use_dictionary=False) as writer:
        for _, group in groupby(enumerate(pairs), lambda each: each[0] // PAIRS_A_GROUP):
            rows = [_row(pair) for _, pair in group]
            writer.write_table(arrow.Table.from_pylist(rows, schema), row_group_size=PAIRS_A_GROUP)


def _row(pair: PackedPair) -> dict[str, Any]:
    pictures = {
        side: None if png is None else {"bytes": png, "path": f"{pair.key}.{side}.png"}
        for side, png in (("lr", pair.lr), ("hr", pair.hr))
    }
    return {"key": pair.key, **pictures}


def _index(data: Path) -> Index:
    places: dict[str, Location] = {}
    for path in sorted(data.glob("*.parquet")):
        try:
            with as_damage():
                places.update(_cells(path))
        except (SourceError, ForeignFileError, OSError):
            continue
    return places


def _cells(path: Path) -> Iterator[tuple[str, Location]]:
    time = path.stat().st_mtime_ns
    with open_foreign(path, inside=path.parent) as file:
        table = _parquet().ParquetFile(file)
        for group in range(table.num_row_groups):
            _check_plain(table.metadata.row_group(group), path)
            columns = table.read_row_group(group, columns=["key", *_PICTURES])
            there = {side: columns[side].is_valid().to_pylist() for side in _PICTURES}
            for row, key in enumerate(columns["key"].to_pylist()):
                for side in _PICTURES:
                    if there[side][row]:
                        yield f"{side}/{key}.png", TableCell(path, time, group, row, side)


def _check_plain(group: Any, path: Path) -> None:
    """Raises SourceError if what is read may be more than what lies there."""
    for number in range(group.num_columns):
        column = group.column(number)
        if column.compression != "UNCOMPRESSED" or column.has_dictionary_page:
            raise SourceError("damaged", f"{path.name} is compressed, which ours are not")


@lru_cache(maxsize=4)
def _column(path: Path, time: int, group: int, side: str) -> list[bytes | None]:
    with as_damage(), open_foreign(path, inside=path.parent) as file:
        table = _parquet().ParquetFile(file).read_row_group(group, columns=[f"{side}.bytes"])
        return [each and each["bytes"] for each in table[side].to_pylist()]


def _library(name: str = "pyarrow") -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise MissingExtraError("pairs as parquet", "stores") from error


def _parquet() -> Any:
    return _library("pyarrow.parquet")


def _check() -> None:
    _parquet()


PARQUET = Packing(_pack, _index, _check)
