"""Where results go: into a folder of their own, or beside their sources."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from realsr.files.errors import RequestError
from realsr.images.own import BESIDE
from realsr.images.sources import Source, why_unsafe


@dataclass(frozen=True)
class Within:
    """Into a folder, by the sources' ids."""

    folder: Path


@dataclass(frozen=True)
class Beside:
    """Into each source's own directory, by its name with a suffix. Raises RequestError for one that is none."""

    suffix: str

    def __post_init__(self) -> None:
        fault = "is empty" if not self.suffix else why_unsafe("x" + self.suffix, 60)
        if fault is not None:
            raise RequestError(f"--suffix {self.suffix!r} {fault}; give one such as _x4")


@dataclass(frozen=True)
class Destination:
    """Sources whose results share a record. record: the folder that holds it. ending: of the results' names."""

    record: Path
    sources: Sequence[Source]
    ending: str
    beside: str | None = None

    def target(self, source: Source, number: int = 0) -> Path:
        """Where a source's result goes, or its sample of a number from 1 on."""
        ending = f"{_numbered(number)}{self.ending}"
        if self.beside is None:
            return self.record / f"{source.id}{ending}"
        return source.path.with_name(f"{source.path.stem}{self.beside}{ending}")

    def name(self, target: Path) -> str:
        """A result's name as the record has it."""
        return target.name if self.beside else target.relative_to(self.record).as_posix()

    def key(self, source: Source, number: int = 0) -> str:
        """What the record calls a source, or its sample."""
        return f"{source.path.name if self.beside else source.id}{_numbered(number)}"

    @property
    def option(self) -> str:
        """What a person changes to have results elsewhere."""
        return "--suffix" if self.beside else "--out"

    @property
    def shown(self) -> Path:
        """The folder that a person knows."""
        return self.record.parent if self.beside else self.record


def _numbered(number: int) -> str:
    return f"-{number}" if number else ""


def destinations(
    sources: Sequence[Source], where: Within | Beside, ending: str
) -> list[Destination]:
    """One place for a folder of results; beside their sources one a directory."""
    if isinstance(where, Within):
        return [Destination(where.folder, sources, ending)]
    found = []
    ordered = sorted(sources, key=lambda source: str(source.path.parent))
    for directory, group in groupby(ordered, key=lambda source: source.path.parent):
        record = directory / f"{BESIDE}{where.suffix}"
        found.append(Destination(record, list(group), ending, where.suffix))
    return found
