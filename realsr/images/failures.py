"""Failed sources: one line each in `failures.jsonl`, sorted by source; an empty file when none failed."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from degrade.foreign import ForeignFileError
from realsr.files.json_lines import json_line, read_json_lines
from realsr.files.whole import write_whole


@dataclass(frozen=True, slots=True)
class Failure:
    """source: id. file: its name. reason: one sentence. kind: a stable word for scripts."""

    source: str
    file: str
    kind: str
    reason: str


class Failures:
    """The failures of a run; of several of one source, the one of its earliest pair. Safe from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: dict[str, tuple[int, Failure]] = {}

    def add(self, failure: Failure, position: int = -1) -> None:
        """Notes a failure; position: which of the source's pairs failed, -1 for the source itself."""
        with self._lock:
            known = self._found.get(failure.source)
            if known is None or position < known[0]:
                self._found[failure.source] = (position, failure)

    def sorted(self) -> list[Failure]:
        return [self._found[source][1] for source in sorted(self._found)]


def write_failures(path: Path, failures: Collection[Failure]) -> None:
    """Rewrites the file if its content changes."""
    data = b"".join(json_line(asdict(failure), spaced=True) for failure in failures)
    if not path.is_file() or path.read_bytes() != data:
        write_whole(path, data)


def read_failures(path: Path) -> list[Failure]:
    """What an earlier run wrote; nothing if the file is absent or was changed by others."""
    try:
        records = read_json_lines(path)
        return [Failure(**record) for record in records if isinstance(record, Mapping)]
    except (ForeignFileError, OSError, ValueError, TypeError):
        return []
