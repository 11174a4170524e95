"""A folder's files against its manifest: what is missing, changed or surplus."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from realsr.files.locks import LOCK
from realsr.images.pixels import file_digest
from realsr.pairs.folder import REPLAYED, Folder
from realsr.pairs.manifest import Header, Pair, read_manifest
from realsr.pairs.workers import look_ahead


@dataclass(frozen=True, order=True)
class Finding:
    """kind: `missing`, `changed`, `surplus` or `unreadable`. name: the file, relative to the folder."""

    kind: str
    name: str


@dataclass
class Checked:
    """What a check saw."""

    pairs: int
    findings: list[Finding]


def verify(root: Path, workers: int | None = None) -> Checked:
    """Checks every file. Raises RequestError and ManifestError."""
    folder = Folder(root)
    header, pairs = read_manifest(folder)
    threads = workers or os.cpu_count() or 1
    findings: list[Finding] = list(_check_pipeline(folder, header))
    listed: set[str] = set()
    with ThreadPoolExecutor(threads) as pool:
        for key, found in look_ahead(
            pool, lambda pair: _check_pair(folder, pair), pairs, 4 * threads
        ):
            listed.add(f"{key}.png")
            findings += found
    findings += _surplus(folder, listed)
    return Checked(len(listed), sorted(findings))


def _check_pipeline(folder: Folder, header: Header) -> Iterator[Finding]:
    yield from _check_file(folder, folder.pipeline, header.pipeline.file_digest)


def _check_pair(folder: Folder, pair: Pair) -> tuple[str, list[Finding]]:
    found = [
        *_check_file(folder, folder.hr(pair.key), pair.digests.hr_file),
        *_check_file(folder, folder.lr(pair.key), pair.digests.lr_file),
    ]
    return pair.key, found


def _check_file(folder: Folder, path: Path, digest: str) -> Iterator[Finding]:
    name = path.relative_to(folder.root).as_posix()
    try:
        if file_digest(path.read_bytes()) != digest:
            yield Finding("changed", name)
    except FileNotFoundError:
        yield Finding("missing", name)
    except OSError:
        yield Finding("unreadable", name)


def _surplus(folder: Folder, listed: set[str]) -> Iterator[Finding]:
    for directory, name in folder.image_names():
        if name not in listed:
            yield Finding("surplus", f"{directory}/{name}")
    ours = {"hr", "lr", LOCK, REPLAYED}
    ours |= {path.name for path in (folder.manifest, folder.failures, folder.pipeline)}
    for name in sorted(entry.name for entry in folder.root.iterdir()):
        if name not in ours:
            yield Finding("surplus", name)
