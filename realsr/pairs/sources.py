"""Finding sources and naming them: source ids, and the keys that name files."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from realsr.pairs.errors import RequestError
from realsr.pairs.formats import SUFFIXES

MAX_STEM_BYTES = 180
"""Longest stem of a key in UTF-8: with suffixes, extension and a temporary prefix it stays below 255 bytes."""


@dataclass(frozen=True, slots=True)
class Source:
    """An image to make pairs from.

    id: POSIX path relative to its SRC without extension; for a SRC that is a file, its name without extension.
    """

    id: str
    path: Path

    @property
    def stem(self) -> str:
        """What the keys of this source's pairs begin with."""
        return self.id.replace("/", "__")


@dataclass(frozen=True, slots=True)
class Found:
    """Sources in id order, and how many other files were passed over."""

    sources: tuple[Source, ...]
    ignored: int


def discover(roots: Sequence[Path], leave_out: Path | None = None) -> Found:
    """Every image under `roots` (directories, recursively, and files), sorted by id.

    A file counts by its suffix (`SUFFIXES`, any case); the rest is counted as ignored, names that begin with a
    dot too. A directory that is named like an image is a source, so that it fails by name instead of
    vanishing. `leave_out`: a directory that is not entered (the output folder).
    Raises RequestError if a root does not exist, two sources have one id or key, or an id cannot name a file.
    """
    sources: list[Source] = []
    ignored = 0
    for root in roots:
        for path, relative in _walk(root, leave_out):
            if relative.name.startswith(".") or relative.suffix.lower() not in SUFFIXES:
                ignored += 1
            else:
                sources.append(Source(relative.with_suffix("").as_posix(), path))
    sources.sort(key=lambda source: (source.id, str(source.path)))
    _refuse_clashes(sources)
    _refuse_bad_names(sources)
    return Found(tuple(sources), ignored)


def _walk(root: Path, leave_out: Path | None) -> Iterator[tuple[Path, PurePosixPath]]:
    if root.is_dir():
        yield from _walk_directory(root, PurePosixPath(), leave_out, frozenset())
    elif root.exists():
        yield root, PurePosixPath(root.name)
    else:
        raise RequestError(f"{root} does not exist; give image files or directories that hold some")


def _walk_directory(
    directory: Path,
    relative: PurePosixPath,
    leave_out: Path | None,
    above: frozenset[tuple[int, int]],
) -> Iterator[tuple[Path, PurePosixPath]]:
    status = directory.stat()
    identity = (status.st_dev, status.st_ino)
    if identity in above or _is_same(directory, leave_out):
        return
    for entry in sorted(_entries(directory), key=lambda entry: entry.name):
        inner = relative / entry.name
        is_image_name = inner.suffix.lower() in SUFFIXES
        if entry.is_dir() and not is_image_name and not entry.name.startswith("."):
            yield from _walk_directory(Path(entry.path), inner, leave_out, above | {identity})
        else:
            yield Path(entry.path), inner


def _entries(directory: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(directory) as entries:
            return list(entries)
    except OSError as error:
        raise RequestError(f"cannot list {directory}: {error.strerror}") from error


def _is_same(directory: Path, other: Path | None) -> bool:
    return other is not None and other.exists() and directory.samefile(other)


def _refuse_clashes(sources: Sequence[Source]) -> None:
    by_id: dict[str, Source] = {}
    by_stem: dict[str, Source] = {}
    for source in sources:
        for kind, name, table in (("source id", source.id, by_id), ("key", source.stem, by_stem)):
            other = table.setdefault(name, source)
            if other is not source:
                raise RequestError(
                    f"{other.path} and {source.path} have the same {kind} {name!r}, so their pairs would "
                    "have the same draws or names; rename one or make their pairs in two runs"
                )


def _refuse_bad_names(sources: Iterable[Source]) -> None:
    for source in sources:
        reason = why_unsafe(source.stem, MAX_STEM_BYTES)
        if reason:
            raise RequestError(f"{source.path}: the key {source.stem!r} {reason}; rename the file")


def why_unsafe(name: str, limit: int = 230) -> str | None:
    """Why `name` cannot be a file name on every machine, or None if it can."""
    if not name:
        return "is empty"
    if name.startswith("."):
        return "begins with a dot"
    if "/" in name or "\\" in name or ":" in name:
        return "holds a path separator"
    if not name.isprintable():
        return "holds a character that cannot be printed"
    if len(name.encode()) > limit:
        return f"is longer than {limit} bytes"
    return None
