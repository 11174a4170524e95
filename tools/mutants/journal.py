"""What came of each planted bug, line by line, so that a run that was ended goes on."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

Verdict = Literal["killed", "survived", "late", "does not apply", "not judged"]


@dataclass(frozen=True)
class Outcome:
    """digest: of the row and its files. by: the test that saw it, or why there is no verdict."""

    digest: str
    title: str
    verdict: Verdict
    by: str = ""
    seconds: float = 0.0


class Journal:
    """A file of outcomes. The last of a digest counts; a line that a kill cut off does not."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._known = {each.digest: each for each in _read(path)}

    def of(self, digest: str) -> Outcome | None:
        return self._known.get(digest)

    def note(self, outcome: Outcome) -> None:
        self._known[outcome.digest] = outcome
        self.path.parent.mkdir(parents=True, exist_ok=True)
        torn = self.path.exists() and not self.path.read_bytes().endswith(b"\n")
        with self.path.open("a", encoding="utf-8") as file:
            file.write("\n" * torn + json.dumps(asdict(outcome)) + "\n")


def _read(path: Path) -> list[Outcome]:
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    found = []
    for line in lines:
        try:
            found.append(Outcome(**json.loads(line)))
        except ValueError:
            continue
    return found
