"""What operators over a bank of files share: it is named by its digest, read once and compared with it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Annotated, Any

import numpy.typing as npt
from pydantic import Field

from degrade.errors import TraceError
from degrade.functional.banks import bank_digest

BANKS_KEPT = 16

BankDigest = Annotated[
    str,
    Field(
        pattern=r"^[0-9a-f]{64}$",
        description="SHA-256 of the bank's content; the error of a wrong one tells the right one",
    ),
]

Reader = Callable[[str], Sequence[npt.NDArray[Any]]]


@functools.lru_cache(maxsize=BANKS_KEPT)
def bank_entries(name: str, read: Reader, folder: str, digest: str) -> Sequence[npt.NDArray[Any]]:
    """A bank whose content was compared with its digest.

    name: the operator that asks, for messages. read: a module's function that reads a folder or a file, and
    raises ValueError. Raises TraceError for files that cannot be read and for another digest.
    """
    try:
        entries = read(folder)
    except (OSError, ValueError) as error:
        raise TraceError(f"{name}: {error}") from error
    found = bank_digest(entries)
    if found != digest:
        raise TraceError(
            f"{name}: the content of {folder!r} has the digest {found}, the record says {digest}; "
            "give back the files that it was made with, or write the digest found"
        )
    return entries


def bank_entry(name: str, read: Reader, folder: str, digest: str, index: int) -> npt.NDArray[Any]:
    """An entry of `bank_entries`, counted from 0; raises TraceError for an index beyond."""
    entries = bank_entries(name, read, folder, digest)
    if index >= len(entries):
        raise TraceError(f"{name}: entry {index} of {folder!r}; expected 0 to {len(entries) - 1}")
    return entries[index]
