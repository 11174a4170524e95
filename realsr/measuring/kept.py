"""What a folder keeps of pictures that were measured, a line each, so that a run that was ended goes on."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Generic, TypeVar

from degrade.foreign import ForeignFileError, open_foreign
from degrade.versions import versions
from realsr.files.confinement import opened_to_append
from realsr.files.errors import RequestError
from realsr.files.growing import check_there
from realsr.files.json_lines import json_line, whole_value
from realsr.files.prints import printed
from realsr.files.whole import write_whole, writing
from realsr.measuring.items import Item

T = TypeVar("T")
NAME = "measured.jsonl"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Form(Generic[T]):
    """How a result is kept. packed: as JSON; None of what is to be tried again. unpacked: back from it.

    fits: whether a JSON value is one that `packed` gives.
    """

    packed: Callable[[T], Any]
    unpacked: Callable[[Any], T]
    fits: Callable[[Any], bool]


class KeptResults(Generic[T]):
    """The lines of a file that grows while pictures are measured; of each only its place is held.

    A line counts while the files that it is of have the bytes that they had. Nobody else adds to it meanwhile.
    """

    def __init__(self, path: Path, asked: Mapping[str, Any], form: Form[T]) -> None:
        """asked: what decides the results. Raises RequestError where other things were asked, StorageError."""
        self._path, self._form = path, form
        self._places: dict[str, int] = {}
        self._digests: dict[str, list[str]] = {}
        header = {"format": FORMAT, "version": versions()["degrade"], **asked}
        if not os.path.lexists(path):
            write_whole(path, json_line(header))
        end = self._read(header)
        with writing(path):
            self._file: BinaryIO = opened_to_append(path)
            self._file.truncate(end)

    def holds(self, item: Item) -> bool:
        """Whether the item's result is known, and of these very bytes."""
        known = self._digests.get(_key(item))
        return known is not None and known == digests(item)

    def of(self, item: Item) -> T:
        """The result of an item that is held."""
        with open_foreign(self._path) as file:
            file.seek(self._places[_key(item)])
            line: Any = whole_value(file.readline())
        return self._form.unpacked(line["result"])

    def add(self, item: Item, found: list[str] | None, result: T) -> None:
        """found: the digests of its files before they were measured. Raises StorageError."""
        packed = self._form.packed(result)
        if found is None or packed is None:
            return
        own = _digest(packed)
        line = json_line({"item": _key(item), "digests": found, "own": own, "result": packed})
        with writing(self._path):
            check_there(self._path, self._file)
            place = self._file.seek(0, os.SEEK_END)
            if self._file.write(line) != len(line):
                self._file.truncate(place)
                raise OSError(28, "no space left for a whole line")
        self._places[_key(item)], self._digests[_key(item)] = place, found

    def close(self) -> None:
        self._file.close()

    def _read(self, header: Mapping[str, Any]) -> int:
        """Where the last whole line ends; what stands behind a damaged one is measured again."""
        try:
            with open_foreign(self._path) as file:
                first = file.readline()
                self._check(whole_value(first), header)
                end = len(first)
                for line in file:
                    value: Any = whole_value(line)
                    if not (_is_line(value) and self._form.fits(value["result"])):
                        break
                    self._places[value["item"]], self._digests[value["item"]] = (
                        end,
                        value["digests"],
                    )
                    end += len(line)
        except ForeignFileError as error:
            raise RequestError(f"{self._path}: {error}; name a new folder") from error
        return end

    def _check(self, found: Any, header: Mapping[str, Any]) -> None:
        if found == header:
            return
        found = found if isinstance(found, dict) else {}
        other = [
            f"{name} {found.get(name)!r}, now {header.get(name)!r}"
            for name in sorted({*found, *header})
            if found.get(name) != header.get(name)
        ]
        raise RequestError(
            f"{self._path.parent} keeps what was measured otherwise ({'; '.join(other)}); name a new folder"
        )


def digests(item: Item) -> list[str] | None:
    """SHA-256 of the item's files; None where one cannot be read."""
    try:
        return [printed(path).sha256 for path in (item.path, item.hr) if path is not None]
    except (ForeignFileError, OSError):
        return None


def _key(item: Item) -> str:
    return "\n".join(str(path) for path in (item.path, item.hr) if path is not None)


def _digest(result: Any) -> str:
    return hashlib.sha256(json_line(result)).hexdigest()


def _is_line(value: Any) -> bool:
    """As it was written: a digest of its own tells damage."""
    return (
        isinstance(value, dict)
        and value.keys() == {"item", "digests", "own", "result"}
        and isinstance(value["item"], str)
        and isinstance(value["digests"], list)
        and value["own"] == _digest(value["result"])
    )
