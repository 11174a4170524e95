"""What happens in a run, as those who work on it tell it to the one who keeps its books."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from degrade.errors import DegradeError
from realsr.files.errors import StorageError
from realsr.images.errors import SourceError
from realsr.images.failures import Failure
from realsr.images.sources import Source

Phase = Literal["decode", "degrade", "encode", "write"]
"""Where a worker's time goes."""


@dataclass(frozen=True, slots=True)
class SourceOpened:
    """A source's size is known, and so how many pairs it gives."""

    pairs: int


@dataclass(frozen=True, slots=True)
class PairsKept:
    """Pairs that an earlier run made."""

    pairs: int


@dataclass(frozen=True, slots=True)
class PairMade:
    """A pair's pictures are in place: its line makes it one."""

    key: str
    line: bytes


@dataclass(frozen=True, slots=True)
class SourceFailed:
    """A source, or one of its pairs, cannot be made. position: which of the source's pairs, -1 for all."""

    failure: Failure
    position: int


@dataclass(frozen=True, slots=True)
class TimeSpent:
    """Seconds that a worker process was in each phase."""

    seconds: Mapping[Phase, float]


Event: TypeAlias = SourceOpened | PairsKept | PairMade | SourceFailed | TimeSpent


def failed(source: Source, error: Exception, position: int = -1) -> SourceFailed:
    """What an exception means for its source."""
    return SourceFailed(_failure(source, error), position)


def _failure(source: Source, error: Exception) -> Failure:
    name = source.path.name
    match error:
        case SourceError():
            return Failure(source.id, name, error.kind, error.reason)
        case StorageError():
            return Failure(source.id, name, "storage", str(error))
        case DegradeError():
            return Failure(source.id, name, "degradation", str(error))
        case _:
            reason = f"making its pair failed with {type(error).__name__}: {error}"
            return Failure(source.id, name, "degradation", reason)
