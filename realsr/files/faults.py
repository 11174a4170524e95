"""What is wrong with the parts of one request, gathered so that all of it is said at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TypeVar

from degrade.errors import DegradeError
from realsr.files.errors import RequestError, StorageError

MOST = 20
"""Faults that are said; the rest are counted."""

T = TypeVar("T")
U = TypeVar("U")


class SeveralFaultsError(RequestError):
    """Several parts of a request are at fault. faults: all of them; its text says the first, a line each."""

    def __init__(self, faults: Sequence[DegradeError]) -> None:
        more = [f"and {len(faults) - MOST} more"] if len(faults) > MOST else []
        super().__init__("\n".join([*map(str, faults[:MOST]), *more]))
        self.faults = tuple(faults)


class Faults:
    """Gathers errors of parts that can be looked at one by one."""

    def __init__(self) -> None:
        self.found: list[DegradeError] = []

    def of(self, part: Callable[[], T]) -> T | None:
        """What a part gives; None where it raises, for `check` to tell. A full disk is raised at once."""
        try:
            return part()
        except StorageError:
            raise
        except SeveralFaultsError as error:
            self.found += error.faults
        except DegradeError as error:
            self.found.append(error)
        return None

    def check(self) -> None:
        """Raises the one error that was found, or one that names all; what two parts say alike is one."""
        said: dict[str, DegradeError] = {}
        for fault in self.found:
            said.setdefault(str(fault), fault)
        if len(said) > 1:
            raise SeveralFaultsError(list(said.values()))
        for fault in said.values():
            raise fault


def named(names: Sequence[str], most: int = 8) -> str:
    """The first names, and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def all_of(work: Callable[[U], T], parts: Iterable[U]) -> list[T]:
    """What `work` gives for each part. Raises as `Faults.check`, after all parts have been looked at."""
    faults, found = Faults(), list[T]()
    for part in parts:
        faults.of(partial(_kept, found, work, part))
    faults.check()
    return found


def _kept(found: list[T], work: Callable[[U], T], part: U) -> None:
    found.append(work(part))
