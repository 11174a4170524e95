"""Numbers kept by what they are of: model, pixels, operator, metric. A run takes only what is new.

One line a result, added whole by a single write: after a kill the file ends with whole lines, or with one that
was cut short and is dropped.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from pydantic import ConfigDict, FiniteFloat, TypeAdapter

from degrade.foreign import open_foreign
from realsr.files.growing import Grown
from realsr.files.json_lines import json_line
from realsr.files.whole import write_whole, writing
from realsr.robustness.cases.sets import TestPicture, TestSet
from realsr.robustness.running.contestants import Contestant

CachedNumbers = dict[str, float | str]
"""By `Column.key`: the number, or why these pictures have none."""

_Numbers = dict[str, FiniteFloat | str]
_LINE: TypeAdapter[tuple[str, CachedNumbers] | tuple[str, CachedNumbers, str]] = TypeAdapter(
    tuple[str, _Numbers] | tuple[str, _Numbers, str], config=ConfigDict(strict=True)
)


def content_key(model: Contestant, test: TestSet, picture: TestPicture) -> str:
    """SHA-256 of everything that decides a result apart from the metric."""
    parts = (
        model.digest,
        str(model.scale),
        picture.lr.digest,
        "no HR" if picture.hr is None else picture.hr.digest,
        "no trace" if picture.trace is None else picture.trace.to_json(),
        "registered" if test.kind == "pairs" else "aligned",
    )
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


class Cache:
    """Numbers on disk and in memory. Safe to use from many threads."""

    def __init__(self, root: Path) -> None:
        """Reads what earlier runs left in `root/scores.jsonl`. Raises ForeignFileError for no file."""
        self.path = root / "scores.jsonl"
        self._lock = threading.Lock()
        self._numbers: dict[str, CachedNumbers] = {}
        self._read()
        self._file = Grown(self.path, self._lines)

    def __getitem__(self, key: str) -> Mapping[str, float | str]:
        return self._numbers.get(key, {})

    def add(self, key: str, numbers: CachedNumbers) -> None:
        """Keeps numbers, on disk first. Raises StorageError."""
        with self._lock, writing(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file.add(_line(key, numbers))
            self._numbers.setdefault(key, {}).update(numbers)

    def adopt(self, other: Cache) -> None:
        """Takes everything that another cache holds and this one does not."""
        for key, numbers in other._numbers.items():
            new = {name: value for name, value in numbers.items() if name not in self[key]}
            if new:
                self.add(key, new)

    def _lines(self) -> bytes:
        return b"".join(_line(key, numbers) for key, numbers in self._numbers.items())

    def _read(self) -> None:
        if not os.path.lexists(self.path):
            return
        with open_foreign(self.path) as file:
            data = file.read()
        whole = data[: data.rfind(b"\n") + 1]
        if len(whole) < len(data):
            write_whole(self.path, whole)
        for line in whole.split(b"\n")[:-1]:
            # A damaged or altered line is a result to take again.
            found = _entry(line)
            if found is not None:
                self._numbers.setdefault(found[0], {}).update(found[1])


def _line(key: str, numbers: CachedNumbers) -> bytes:
    return json_line([key, numbers, _seal(key, numbers)], spaced=True)


def _entry(line: bytes) -> tuple[str, CachedNumbers] | None:
    """A line's key and numbers; version 0.1.0 wrote them without a seal."""
    with suppress(ValueError):
        key, numbers, *seal = _LINE.validate_json(line)
        if not seal or seal == [_seal(key, numbers)]:
            return key, numbers
    return None


def _seal(key: str, numbers: CachedNumbers) -> str:
    """By which a line whose numbers were altered is known."""
    plain = {name: each if isinstance(each, str) else float(each) for name, each in numbers.items()}
    return hashlib.sha256(json_line([key, plain])).hexdigest()[:16]
