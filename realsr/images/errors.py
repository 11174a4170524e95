"""What can go wrong with one picture."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from degrade.errors import DegradeError


class SourceError(DegradeError):
    """One source cannot become a pair.

    kind: a short stable word for scripts (`truncated`, `too-small`, ...). reason: one sentence for people,
    whose subject is the file. path: the file, once it is known.
    """

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(reason)
        self.kind = kind
        self.reason = reason
        self.path: Path | None = None

    def __str__(self) -> str:
        return self.reason if self.path is None else f"{self.path}: {self.reason}"


def located(error: SourceError, path: Path) -> SourceError:
    """The error with its path."""
    error.path = path
    return error


@contextmanager
def as_damage() -> Iterator[None]:
    """Turns whatever bad data leads to into a SourceError: decoders raise a dozen types."""
    try:
        yield
    except DegradeError:  # a SourceError, or an extra that is missing
        raise
    except Exception as error:
        raise _damaged(error) from error


def _damaged(error: Exception) -> SourceError:
    text = " ".join(str(error).split())
    if isinstance(error, MemoryError):
        return SourceError("too-large", "there is not enough memory to decode it")
    if "truncated" in text or isinstance(error, EOFError):
        return SourceError("truncated", "it ends in the middle of the picture (truncated)")
    return SourceError("damaged", f"its pixels cannot be decoded ({text})")
