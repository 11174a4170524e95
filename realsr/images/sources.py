"""Finding sources and naming them: source ids, and the keys that name files."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from realsr.files.errors import RequestError
from realsr.files.faults import all_of
from realsr.images.formats import SUFFIXES
from realsr.images.own import BESIDE, is_own, refuse_pairs, results_beside

MAX_STEM_BYTES = 180
"""Longest stem of a key in UTF-8: with suffixes, extension and a temporary prefix it stays below 255 bytes."""

_OWN = ".own"
_UNLISTED = "\0unlisted"
"""What stands for the content of a folder that cannot be listed; no file has such a name."""
"""In place of the name of what is passed over, since names that begin with a dot are."""

_ZERO_WIDTH_JOINER = "\u200d"


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

    @property
    def fault(self) -> str | None:
        """Why its keys cannot name files, as a sentence whose subject is the file; None if they can."""
        if self.id.endswith("/"):
            return "it is a folder that cannot be listed; allow reading it, or move it away"
        reason = why_unsafe(self.stem, MAX_STEM_BYTES)
        return None if reason is None else f"its key {self.stem!r} {reason}; rename the file"


@dataclass(frozen=True, slots=True)
class Found:
    """Sources in id order, and how many other files were passed over."""

    sources: tuple[Source, ...]
    ignored: int


def discover(roots: Sequence[Path], leave_out: Path | None = None) -> Found:
    """Every image under `roots` (directories, recursively, and files), sorted by id.

    A file counts by its suffix (`SUFFIXES`, any case); the rest is counted as ignored, names that begin with a
    dot too, and results of ours: folders below a root that a command of ours wrote, and pictures that were
    enlarged beside their sources. A directory that is named like an image is a source, so that it fails by name
    instead of vanishing, and so is a subfolder that cannot be listed and one whose key cannot name files
    (`Source.fault`). `leave_out`: a directory
    that is not entered (the output folder). Raises RequestError if a root does not exist or two sources have
    one id or key.
    """
    sources: list[Source] = []
    ignored = 0
    for walked in all_of(lambda root: list(_walk(root, leave_out)), roots):
        for path, relative in walked:
            if relative.name == _UNLISTED:
                sources.append(Source(f"{relative.parent.as_posix()}/", path))
            elif relative.name.startswith(".") or relative.suffix.lower() not in SUFFIXES:
                ignored += 1
            else:
                sources.append(Source(relative.with_suffix("").as_posix(), path))
    sources.sort(key=lambda source: (source.id, str(source.path)))
    _refuse_clashes(sources)
    return Found(tuple(sources), ignored)


def _walk(root: Path, leave_out: Path | None) -> Iterator[tuple[Path, PurePosixPath]]:
    if root.is_dir():
        yield from _walk_directory(root, PurePosixPath(), leave_out, frozenset())
    elif root.exists():
        yield root, PurePosixPath(root.name)
    elif root.is_symlink():
        raise RequestError(
            f"{root} is a broken link; give image files or directories that hold some"
        )
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
    entries = _entries(directory, relative)
    if entries is None:
        yield directory, relative / _UNLISTED
        return
    names = {entry.name for entry in entries}
    if not relative.parts:
        refuse_pairs(directory, names)
    elif is_own(names):
        yield directory, relative / _OWN
        return
    passed_over = results_beside(directory, names)
    for entry in entries:
        if entry.name.startswith(BESIDE):
            continue
        inner = relative / (_OWN if entry.name in passed_over else entry.name)
        is_image_name = inner.suffix.lower() in SUFFIXES
        if _is_directory(entry) and not is_image_name and not entry.name.startswith("."):
            yield from _walk_directory(Path(entry.path), inner, leave_out, above | {identity})
        else:
            yield Path(entry.path), inner


def _entries(directory: Path, relative: PurePosixPath) -> list[os.DirEntry[str]] | None:
    """By name; None for a subfolder that cannot be listed."""
    try:
        with os.scandir(directory) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        if relative.parts:
            return None
        raise RequestError(f"cannot list {directory}: {error.strerror}") from error


def _is_directory(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads to itself
        return False


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


def why_unsafe(name: str, limit: int = 230) -> str | None:
    """Why `name` cannot name a file of a pairs folder on this machine, or None if it can."""
    if not name:
        return "is empty"
    if name.startswith("."):
        return "begins with a dot"
    if "/" in name or "\\" in name:
        return "holds a path separator"
    if ":" in name and os.name == "nt":
        return "holds a colon, which names a drive or a stream on this system"
    if not all(map(_is_shown, name)):
        return "holds a character that cannot be printed"
    if len(name.encode()) > limit:
        return f"is longer than {limit} bytes"
    return None


def _is_shown(character: str) -> bool:
    """Printable, any kind of blank, or the joiner that composed emoji are made with."""
    return (
        character.isprintable()
        or character == _ZERO_WIDTH_JOINER
        or unicodedata.category(character) == "Zs"
    )
