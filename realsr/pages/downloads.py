"""A page's numbers as files: tables as CSV (and parquet where pyarrow is there), the rest as JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from realsr.files.whole import make_directory, write_whole

FOLDER = "downloads"

Rows = Sequence[tuple[Any, ...]]


@dataclass(frozen=True)
class Download:
    """A table: its columns, its rows, and what it holds, in words."""

    head: Sequence[str]
    rows: Rows
    words: str


def write_downloads(
    folder: Path, tables: Mapping[str, Download], **whole: tuple[Any, str]
) -> list[tuple[str, str]]:
    """Writes the files into `folder/downloads`; their paths relative to the folder, with what each holds.

    whole: by name what is written as JSON, with its words. Raises StorageError.
    """
    make_directory(folder / FOLDER)
    files = [
        *(
            (f"{name}.csv", csv_bytes(one.head, one.rows), one.words)
            for name, one in tables.items()
        ),
        *((f"{name}.json", _json(data), words) for name, (data, words) in whole.items()),
    ]
    if find_spec("pyarrow") is not None:
        files += [
            (f"{name}.parquet", _parquet(one.head, one.rows), f"{one.words}, for data frames")
            for name, one in tables.items()
        ]
    for name, data, _ in files:
        write_whole(folder / FOLDER / name, data)
    return [(f"{FOLDER}/{name}", words) for name, _, words in files]


def csv_bytes(head: Sequence[str], rows: Rows) -> bytes:
    """A table as a CSV file, UTF-8."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(map(_guarded, head))
    writer.writerows(map(_guarded, row) for row in rows)
    return text.getvalue().encode()


def _guarded(cell: object) -> object:
    """A name that a spreadsheet would compute, with an apostrophe before it, by which it stays a name."""
    if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")):
        return f"'{cell}"
    return cell


def _json(data: Any) -> bytes:
    return json.dumps(data, indent=1, allow_nan=False).encode() + b"\n"


def _parquet(head: Sequence[str], rows: Rows) -> bytes:
    import pyarrow
    import pyarrow.parquet

    columns = zip(*rows, strict=True) if rows else ((),) * len(head)
    table = pyarrow.table({name: list(column) for name, column in zip(head, columns, strict=True)})
    sink = io.BytesIO()
    pyarrow.parquet.write_table(table, sink)
    return sink.getvalue()
