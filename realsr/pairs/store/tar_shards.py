"""Pairs as WebDataset shards: `data/00000.tar` with `KEY.hr.png`, `KEY.json` and `KEY.lr.png` of each pair.

Beside each shard `00000_stats.json` says how many pairs it holds and its digest. WebDataset ends a sample's
name at its first dot, so that keys are written as in addresses (`outer_name`); the key itself stands in
`KEY.json`.
"""

from __future__ import annotations

import hashlib
import tarfile
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import BinaryIO, NamedTuple

from degrade.foreign import ForeignFileError, open_foreign
from realsr.files.json_lines import json_line
from realsr.pairs.store.packed import (
    Index,
    Location,
    PackedPair,
    Packing,
    Slice,
    inner_name,
    outer_name,
)

PAIRS_A_SHARD = 10_000
_BLOCK = tarfile.BLOCKSIZE
_LONGEST_NAME = 2**13
"""Bytes of the extended header in which a long name or one beyond ASCII stands."""
_SIDES = {".hr.png": "hr", ".lr.png": "lr"}


def _pack(into: Path, pairs: Iterator[PackedPair]) -> None:
    numbered = groupby(enumerate(pairs), lambda each: each[0] // PAIRS_A_SHARD)
    for number, shard in numbered:
        path = into / f"{number:05d}.tar"
        with path.open("xb") as file:
            count = _write_shard(file, (pair for _, pair in shard))
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        stats = {"pairs": count, "bytes": path.stat().st_size, "sha256": digest}
        (into / f"{number:05d}_stats.json").write_bytes(json_line(stats))


def _write_shard(file: BinaryIO, pairs: Iterable[PackedPair]) -> int:
    count = 0
    for pair in pairs:
        count += 1
        name = outer_name(pair.key)
        members = {".hr.png": pair.hr, ".json": json_line({"key": pair.key}), ".lr.png": pair.lr}
        for suffix, data in members.items():
            if data is not None:
                _write_member(file, name + suffix, data)
    file.write(bytes(2 * _BLOCK))
    return count


def _write_member(file: BinaryIO, name: str, data: bytes) -> None:
    """With nothing that tells when, where or by whom it was made."""
    info = tarfile.TarInfo(name)
    info.size = len(data)
    file.write(info.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape"))
    file.write(data)
    file.write(bytes(-len(data) % _BLOCK))


class _Header(NamedTuple):
    name: str
    size: int
    extended: bool


def _index(data: Path) -> Index:
    places: dict[str, Location] = {}
    for path in sorted(data.glob("*.tar")):
        try:
            with open_foreign(path, inside=data) as file:
                places.update(_members(path, file))
        except (ForeignFileError, OSError):
            continue
    return places


def _members(path: Path, file: BinaryIO) -> Iterator[tuple[str, Location]]:
    """Pictures of a shard as far as it can be followed."""
    name = ""
    while (header := _header(file)) is not None:
        start = file.tell()
        if header.extended:
            name = _extended_name(file.read(min(header.size, _LONGEST_NAME)))
        else:
            whole, name = name or header.name, ""
            for suffix, side in _SIDES.items():
                if whole.endswith(suffix):
                    key = inner_name(whole.removesuffix(suffix))
                    yield f"{side}/{key}.png", Slice(path, start, header.size)
        file.seek(start + header.size + -header.size % _BLOCK)


def _header(file: BinaryIO) -> _Header | None:
    """The next one; nothing at the end, or where anything else stands."""
    try:
        info = tarfile.TarInfo.frombuf(file.read(_BLOCK), "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return None
    if info.type not in (tarfile.REGTYPE, tarfile.XHDTYPE) or info.size < 0:
        return None
    return _Header(info.name, info.size, info.type == tarfile.XHDTYPE)


def _extended_name(records: bytes) -> str:
    """The `path` among records `LENGTH KEYWORD=VALUE`, each of that length with its end."""
    while records:
        length, _, rest = records.partition(b" ")
        if not length.isdigit() or not 0 < int(length[:6]) <= len(records):
            return ""
        keyword, _, value = rest[: int(length[:6]) - len(length) - 2].partition(b"=")
        if keyword == b"path":
            return value.decode("utf-8", "surrogateescape")
        records = records[int(length[:6]) :]
    return ""


TAR = Packing(_pack, _index)
