"""What a training learns from, kept beside it: data that changed would give other numbers in silence."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from pathlib import Path

from pydantic import ValidationError

from degrade.foreign import open_foreign, read_foreign
from degrade.reader.records import Strict
from realsr.files.json_lines import MOST_BYTES
from realsr.files.whole import write_whole
from realsr.images.sources import Source
from realsr.training.errors import TrainingError

NAME = "photographs.json"
VERSION = 1
END = 2**16
"""Bytes at a file's beginning and at its end that its print is of: reading all of them would take minutes."""
SHOWN = 3


class Learned(Strict):
    """The print of every photograph by its id."""

    version: int = VERSION
    photographs: dict[str, str]


def check_photographs(folder: Path, sources: Iterable[Source]) -> None:
    """Notes the photographs in a new folder, and in one of 0.1.0; in any other compares them.

    Raises TrainingError naming what changed, is missing or is new, StorageError.
    """
    path, now = folder / NAME, {source.id: _print(source.path) for source in sources}
    if not path.exists():
        text = json.dumps(Learned(photographs=now).model_dump(), ensure_ascii=False, indent=1)
        write_whole(path, text.encode("utf-8", "backslashreplace") + b"\n")
        return
    was = _read(path).photographs
    changed = [name for name in was if name in now and was[name] != now[name]]
    faults = [
        *_named("changed", changed),
        *_named("missing", [name for name in was if name not in now]),
        *_named("new", [name for name in now if name not in was]),
    ]
    if faults:
        raise TrainingError(
            f"the photographs are not those that {folder} was trained with: {'; '.join(faults)}; put them "
            "back, or begin another --out"
        )


def _named(what: str, names: list[str]) -> list[str]:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return [f"{what}: {', '.join(names[:SHOWN])}{more}"] if names else []


def _print(path: Path) -> str:
    """SHA-256 of a file's size and of its ends."""
    with open_foreign(path) as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        first = file.read(END)
        file.seek(max(size - END, 0))
        return hashlib.sha256(b"%d\0%b\0%b" % (size, first, file.read(END))).hexdigest()


def _read(path: Path) -> Learned:
    try:
        return Learned.model_validate_json(read_foreign(path, most=MOST_BYTES))
    except ValidationError as error:
        raise TrainingError(
            f"{path} is damaged; remove it to go on with the photographs as they are now"
        ) from error
