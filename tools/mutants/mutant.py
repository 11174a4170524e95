"""A planted bug: where, what instead of what, and which tests must see it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Mutant:
    """One row. Paths are relative to the root of the tree.

    old: text that occurs exactly once in `file`; new: what stands there instead. tests: the files of which one
    must fail, or single tests of them (`file::test`), at most a minute of processor time together. lives: why
    nothing sees it, for a bug that is none.
    """

    file: str
    old: str
    new: str
    tests: tuple[str, ...]
    lives: str = ""

    @property
    def title(self) -> str:
        """One line that says what was done where."""
        return f"{self.file}: {_line(self.old)}  ->  {_line(self.new) or 'nothing'}"

    @property
    def files(self) -> tuple[str, ...]:
        """The file that is changed, and those of the tests."""
        return (self.file, *dict.fromkeys(test.split("::")[0] for test in self.tests))

    def fault(self, root: Path) -> str:
        """Why the row does not apply to a tree; nothing where it does."""
        absent = [name for name in self.files if not (root / name).is_file()]
        if absent:
            return f"no file {', '.join(absent)}"
        found = (root / self.file).read_text(encoding="utf-8").count(self.old)
        if found != 1:
            return f"the text to change occurs {found} times, expected once"
        return "" if self.tests else "no tests"

    def digest(self, root: Path) -> str:
        """Of the row and of the files that it names, as they are in a tree: an outcome is one of these."""
        read = hashlib.sha256(repr((self.file, self.old, self.new, self.tests)).encode())
        for name in self.files:
            read.update((root / name).read_bytes())
        return read.hexdigest()


def _line(text: str) -> str:
    return " ".join(text.split())
