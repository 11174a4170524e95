"""What a training learns from, kept beside it: data that changed would give other numbers in silence.

Photographs and manifests are known by the digests of their bytes, pipelines by their own. A record of 0.1.0 is
none: such a folder is noted as it is found.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pydantic import ValidationError

from degrade import Pipeline
from degrade.foreign import read_foreign
from degrade.reader.records import Strict
from realsr.files.faults import named
from realsr.files.json_lines import MOST_BYTES, json_line
from realsr.files.prints import Print, printed
from realsr.files.whole import write_whole
from realsr.images.sources import Source
from realsr.training.check import Material
from realsr.training.config import TrainingConfig
from realsr.training.errors import TrainingError

NAME = "data.json"
VERSION = 1
SHOWN = 3

Files = Mapping[str, Path | Print]
"""By id: a file, or a print that is no file's."""


class DataGroup(Strict):
    """Data of one kind by id. chosen: what it was chosen by; where that differs, other ids are no fault."""

    chosen: str = ""
    prints: dict[str, Print]


class Taken(Strict):
    """Changes that were taken on purpose, and after how many steps."""

    step: int
    changes: tuple[str, ...]


class DataRecord(Strict):
    """Everything by its kind, and the notes of what changed."""

    version: int = VERSION
    groups: dict[str, DataGroup]
    taken: tuple[Taken, ...] = ()


def check_data(
    folder: Path, config: TrainingConfig, given: Material, step: int, *, accept: bool = False
) -> tuple[str, ...]:
    """Notes the data in a new folder, and in one of 0.1.0; in any other compares them. What was accepted.

    step: how many lie behind. accept: takes changed data, with a note. Raises TrainingError naming what
    changed, is missing or is new, StorageError.
    """
    path = folder / NAME
    was = read_record(path) if path.exists() else None
    now = _groups(config, given, was.groups if was else {})
    changes = tuple(_changes(was.groups, now)) if was else ()
    if changes and not accept:
        raise TrainingError(
            f"the data are not those that {folder} was trained with: {'; '.join(changes)}; put them back, "
            "begin another --out, or take them as they are with --accept-changed, which the record notes"
        )
    if accept and given.stored is not None:
        changes = (*changes, "pairs: their pictures are not compared with the manifests")
    taken = (*(was.taken if was else ()), *([Taken(step=step, changes=changes)] if changes else []))
    _write(path, DataRecord(groups=now, taken=taken))
    return changes


def _groups(
    config: TrainingConfig, given: Material, known: Mapping[str, DataGroup]
) -> dict[str, DataGroup]:
    found: dict[str, tuple[str, Files]] = {}
    if given.photographs is not None:
        found["photographs"] = "", _paths(given.photographs.learned)
    if given.stored is not None:
        stores = {each.store.root: each.store.books.manifest for each in given.stored.pairs}
        found["pairs"] = "", {str(root): manifest for root, manifest in stores.items()}
    if given.pipelines:
        found["pipelines"] = "", {f"x{s}": _of(each) for s, each in given.pipelines.items()}
    if config.ranker is not None:
        found["ranker"] = "", {str(config.ranker): config.ranker}
    if config.autoencoder is not None and (file := config.autoencoder.file) is not None:
        found["autoencoder"] = "", {str(file): file}
    for told, each in zip(config.validation.sets, given.sets, strict=True):
        files: Files = {**_paths(each.learned), "its pipeline": _of(each.pipeline)}
        found[f"validation set {each.name}"] = told.model_dump_json(), files
    with ThreadPoolExecutor(config.data.workers) as pool:
        return {
            kind: DataGroup(chosen=chosen, prints=_printed(pool, files, known.get(kind)))
            for kind, (chosen, files) in found.items()
        }


def _printed(pool: ThreadPoolExecutor, files: Files, known: DataGroup | None) -> dict[str, Print]:
    before = {} if known is None else known.prints

    def of(name: str) -> Print:
        file = files[name]
        return file if isinstance(file, Print) else printed(file, before.get(name))

    return dict(zip(files, pool.map(of, files), strict=True))


def _paths(sources: Sequence[Source]) -> dict[str, Path]:
    return {source.id: source.path for source in sources}


def _of(pipeline: Pipeline) -> Print:
    return Print(sha256=pipeline.digest)


def _changes(was: Mapping[str, DataGroup], now: Mapping[str, DataGroup]) -> Iterator[str]:
    """A sentence a kind: what changed, is missing and is new."""
    for kind in [kind for kind in was if kind in now]:
        old, new = was[kind].prints, now[kind].prints
        changed = [name for name in old if name in new and old[name].sha256 != new[name].sha256]
        parts = [*_named("changed", changed)]
        if was[kind].chosen == now[kind].chosen:
            parts += _named("missing", [name for name in old if name not in new])
            parts += _named("new", [name for name in new if name not in old])
        if parts:
            yield f"{kind}: {', '.join(parts)}"


def _named(what: str, names: Sequence[str]) -> list[str]:
    return [f"{what} {named(names, SHOWN)}"] if names else []


def read_record(path: Path) -> DataRecord:
    """What a training has noted of its data. Raises TrainingError, ForeignFileError."""
    try:
        record = DataRecord.model_validate_json(read_foreign(path, most=MOST_BYTES))
    except ValidationError as error:
        raise TrainingError(
            f"{path} is damaged; remove it to go on with the data as they are now"
        ) from error
    if record.version != VERSION:
        raise TrainingError(f"{path} is of version {record.version}; expected {VERSION}")
    return record


def _write(path: Path, record: DataRecord) -> None:
    write_whole(path, json_line(json.loads(record.model_dump_json())))
