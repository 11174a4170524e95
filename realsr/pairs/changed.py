"""Photographs that changed since their pairs were made: they would give a folder pairs of two pictures."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from degrade.foreign import ForeignFileError, open_foreign
from realsr.files.errors import RequestError
from realsr.files.faults import named
from realsr.images.sources import Source
from realsr.pairs.journal import Journal


def forget_changed(
    journal: Journal, sources: Sequence[Source], root: Path, workers: int, *, accept: bool
) -> tuple[str, ...]:
    """The ids of photographs that changed, whose pairs are then to be made again.

    Every photograph with pairs is read whole. Raises RequestError that names them unless they are accepted.
    """
    changed = _changed(journal, sources, workers)
    if changed and not accept:
        raise RequestError(
            f"photographs changed since their pairs in {root} were made: {named(changed)}; put them back, "
            "give another --out, or have their pairs made again with --accept-changed"
        )
    if changed:
        journal.forget(set(changed))
    return changed


def _changed(journal: Journal, sources: Sequence[Source], workers: int) -> tuple[str, ...]:
    known: dict[str, set[str]] = {}
    for source, digest in journal.origins():
        known.setdefault(source, set()).add(digest)
    made = [source for source in sources if source.id in known]
    with ThreadPoolExecutor(workers) as pool:
        digests = list(pool.map(_digest, made))
    return tuple(
        source.id
        for source, digest in zip(made, digests, strict=True)
        if digest is not None and known[source.id] != {digest}
    )


def _digest(source: Source) -> str | None:
    """None where it cannot be read, which its failure tells where its pairs are wanted."""
    try:
        with open_foreign(source.path) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (ForeignFileError, OSError):
        return None
