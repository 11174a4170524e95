"""What can go wrong with one picture."""

from __future__ import annotations

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
